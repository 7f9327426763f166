//! `ActiveCampaign`'s examples.

use sandbox::{ACTIVECAMPAIGN_HOST, LISTS, TAGS};

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
