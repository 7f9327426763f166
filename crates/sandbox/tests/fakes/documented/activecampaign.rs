//! `ActiveCampaign`'s examples.

use reqwest::Method;
use sandbox::{ACTIVECAMPAIGN_HOST, LISTS, TAGS};
use serde_json::json;

use super::{assert_shape, parse};
use crate::client::{answer, start};

#[tokio::test]
async fn activecampaigns_user_has_the_documented_shape() {
    // https://developers.activecampaign.com/reference/get-user-loggedin
    let documented = parse(
        r#"{"user":{"username":"jdoe","firstName":"John","lastName":"Doe","email":"johndoe@example.com","phone":"",
        "signature":null,"links":{"lists":"https://:account.api-us1.com/api/3/users/1/lists",
        "userGroup":"https://:account.api-us1.com/api/3/users/1/userGroup",
        "dealGroupTotals":"https://:account.api-us1.com/api/3/users/1/dealGroupTotals",
        "dealGroupUsers":"https://:account.api-us1.com/api/3/users/1/dealGroupUsers",
        "configs":"https://:account.api-us1.com/api/3/users/1/configs"},"id":"1"}}"#,
    );
    let (_sandbox, caller) = start().await;
    let response = caller.activecampaign("users/me").send().await.unwrap();
    // https://developers.activecampaign.com/reference/rate-limits
    assert_eq!(response.headers()["ratelimit-limit"], "5");
    assert!(response.headers().contains_key("ratelimit-remaining"));
    assert_shape(&response.json().await.unwrap(), &documented, "user");
}

#[tokio::test]
async fn activecampaigns_lists_have_the_documented_shape() {
    // https://developers.activecampaign.com/reference/retrieve-all-lists
    let documented = parse(
        r#"{"lists":[{"stringid":"email-subscription","userid":"1","name":"Email Subscription",
        "cdate":"2018-08-06T16:30:41-05:00","p_use_tracking":"1","p_use_analytics_read":"0","p_use_analytics_link":"0",
        "p_use_twitter":"0","p_use_facebook":"0","p_embed_image":"1","p_use_captcha":"1","send_last_broadcast":"0",
        "private":"0","analytics_domains":null,"analytics_source":"","analytics_ua":"","twitter_token":"",
        "twitter_token_secret":"","facebook_session":null,"carboncopy":null,"subscription_notify":null,
        "unsubscription_notify":null,"require_name":"0","get_unsubscribe_reason":"0","to_name":"Subscriber",
        "optinoptout":"1","sender_name":"","sender_addr1":"","sender_addr2":"","sender_city":"","sender_state":"",
        "sender_zip":"","sender_country":"","sender_phone":"","sender_url":"http://www.ilankreimont.com",
        "sender_reminder":"You signed up for my mailing list.","fulladdress":"","optinmessageid":"0","optoutconf":"0",
        "deletestamp":null,"udate":null,
        "links":{"contactGoalLists":"https://:account.api-us1.com/api/3/lists/1/contactGoalLists",
        "user":"https://:account.api-us1.com/api/3/lists/1/user",
        "addressLists":"https://:account.api-us1.com/api/3/lists/1/addressLists"},"id":"1","user":"1"}],
        "meta":{"total":"4"}}"#,
    );
    let (_sandbox, caller) = start().await;
    let (_, found) = answer(caller.activecampaign("lists")).await;
    assert_shape(&found, &documented, "lists");
    let names: Vec<_> = found["lists"]
        .as_array()
        .unwrap()
        .iter()
        .map(|list| &list["name"])
        .collect();
    assert_eq!(names, LISTS);
}

#[tokio::test]
async fn activecampaigns_tags_have_the_documented_shape() {
    // https://developers.activecampaign.com/reference/retrieve-all-tags
    let documented = parse(
        r#"{"tags":[{"tagType":"contact","tag":"one","description":"","cdate":"2018-08-17T09:43:15-05:00",
        "links":{"contactGoalTags":"https://:account.api-us1.com/api/:version/tags/1/contactGoalTags"},"id":"1"}],
        "meta":{"total":"5"}}"#,
    );
    let (_sandbox, caller) = start().await;
    let (_, found) = answer(caller.activecampaign("tags")).await;
    assert_shape(&found, &documented, "tags");
    assert_eq!(found["tags"].as_array().unwrap().len(), TAGS.len());
}

#[tokio::test]
async fn activecampaigns_connections_have_the_documented_shape() {
    // https://developers.activecampaign.com/reference/list-all-connections, the second example
    let documented = parse(
        r#"{"connections":[{"service":"fooCommerce","externalid":"johndoe@example.com","name":"Acme, Inc.",
        "isInternal":"0","status":"1","syncStatus":"0","lastSync":null,"logoUrl":"http://example.com/i/foo.png",
        "linkUrl":"http://example.com/foo/","listId":"1","cdate":"2017-02-02T14:56:05-06:00",
        "udate":"2017-02-03T15:54:51-06:00","links":{"customers":"/api/3/connections/2/customers"},"id":"2"}],
        "meta":{"total":"2"}}"#,
    );
    let (_sandbox, caller) = start().await;
    let (_, found) = answer(caller.activecampaign("connections")).await;
    assert_shape(&found, &documented, "connections");
}

#[tokio::test]
async fn activecampaigns_pages_are_told_by_limit_and_offset() {
    // https://developers.activecampaign.com/reference/pagination
    let (_sandbox, caller) = start().await;
    let mut names = Vec::new();
    for offset in 0..4 {
        let (_, found) = answer(caller.activecampaign(&format!("lists?limit=1&offset={offset}"))).await;
        assert_eq!(found["meta"]["total"], "3");
        names.extend(
            found["lists"]
                .as_array()
                .unwrap()
                .iter()
                .map(|list| list["name"].clone()),
        );
    }
    assert_eq!(names, LISTS);
}

#[tokio::test]
async fn activecampaigns_refusals_have_the_documented_shape() {
    // https://developers.activecampaign.com/reference/retrieve-all-lists, answer 403
    let forbidden = parse(
        r#"{"errors":[{"status":403,"title":"Forbidden","detail":"You do not have permission to view lists."}]}"#,
    );
    // https://developers.activecampaign.com/reference/retrieve-a-tag, answer 404
    let message = parse(r#"{"message":"No Result found for Tag with id 1"}"#);
    let (_sandbox, caller) = start().await;
    let (status, found) = answer(caller.get(ACTIVECAMPAIGN_HOST, "/api/3/users/me")).await;
    assert_eq!(status, 403);
    assert_shape(&found, &forbidden, "refusal");
    for path in ["nothing", "lists/9"] {
        let (status, found) = answer(caller.activecampaign(path)).await;
        assert_eq!(status, 404);
        assert_shape(&found, &message, "refusal");
    }
}

#[tokio::test]
async fn activecampaigns_orders_and_customers_have_the_documented_shape() {
    // https://developers.activecampaign.com/reference/get-customer
    let customer = parse(
        r#"{"ecomCustomer":{"connectionid":"3","externalid":"1440117293120","email":"john.doe@example.com",
        "totalRevenue":"150761","totalOrders":"1","totalProducts":"3","avgRevenuePerOrder":"150761",
        "avgProductCategory":"Musical Instrument","tstamp":"2019-01-01T10:23:22-06:00","acceptsMarketing":"0",
        "links":{"connection":"https://:account.api-us1.com/api/:version/ecomCustomers/15/connection",
        "orders":"https://:account.api-us1.com/api/:version/ecomCustomers/15/orders"},"id":"15","connection":"3"}}"#,
    );
    // https://developers.activecampaign.com/reference/list-all-orders
    let orders = parse(
        r#"{"ecomOrders":[{"externalid":"3246315234","source":"1","email":"alice@example.com","currency":"USD",
        "connectionid":"1","customerid":"1","orderUrl":"https://example.com/orders/3246315233",
        "shippingMethod":"UPS Ground","totalPrice":9111,"shippingAmount":200,"taxAmount":500,"discountAmount":100,
        "externalCreatedDate":"2016-09-13T16:41:39-05:00","totalProducts":2,"createdDate":"2019-09-05T12:16:18-05:00",
        "updatedDate":"2019-09-05T12:16:18-05:00","state":1,"connection":"1","orderProducts":["1","2"],"customer":"1",
        "orderDate":"2016-09-13T16:41:39-05:00","tstamp":"2019-09-05T12:16:18-05:00",
        "links":{"connection":"https://exampleaccount.api-us1.com/api/3/ecomOrders/1/connection",
        "customer":"https://exampleaccount.api-us1.com/api/3/ecomOrders/1/customer",
        "orderProducts":"https://exampleaccount.api-us1.com/api/3/ecomOrders/1/orderProducts",
        "orderDiscounts":"https://exampleaccount.api-us1.com/api/3/ecomOrders/1/orderDiscounts",
        "orderActivities":"https://exampleaccount.api-us1.com/api/3/ecomOrders/1/orderActivities"},"id":"1"}],
        "meta":{"total":"1"}}"#,
    );
    let (_sandbox, caller) = start().await;
    let made = json!({ "connectionid": "1", "externalid": "C1", "email": "ada@example.com" });
    let request = caller.write(Method::POST, "ecomCustomers", &json!({ "ecomCustomer": made }));
    assert_shape(&answer(request).await.1, &customer, "customer");
    let order = json!({
        "externalid": "3246315233",
        "source": "1",
        "email": "ada@example.com",
        "orderProducts": [{ "externalid": "P1", "name": "Pogo Stick", "price": 4900, "quantity": 1 }],
        "orderUrl": "https://example.com/orders/3246315233",
        "externalCreatedDate": "2016-09-13T17:41:39-04:00",
        "shippingMethod": "UPS Ground",
        "totalPrice": 9111,
        "currency": "USD",
        "connectionid": "1",
        "customerid": "1",
    });
    let request = caller.write(Method::POST, "ecomOrders", &json!({ "ecomOrder": order }));
    let made = answer(request).await.1;
    let (_, found) = answer(caller.activecampaign("ecomOrders")).await;
    assert_shape(&found, &orders, "orders");
    assert_eq!(made["ecomOrder"], found["ecomOrders"][0]);
}
