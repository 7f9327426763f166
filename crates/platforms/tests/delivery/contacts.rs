//! Contacts and the newsletter on `ActiveCampaign`.

use domain::EventKind::{
    CartUpdated, CustomerDeleted, CustomerRegistered, CustomerUpdated, NewsletterSubscribed,
    NewsletterUnsubscribed, OrderPlaced,
};
use domain::{EventKind, Platform, SkipReason};
use sandbox::{Fault as Wrong, Kind};
use serde_json::json;

use crate::samples::{anna, cart, customer, deleted, order};
use crate::stage::{Stage, assert_done, assert_skipped};

#[tokio::test]
async fn a_consent_puts_the_contact_on_the_list_with_the_tag_of_his_kind() {
    let stage = Stage::activecampaign().await;
    assert_done(&stage.deliver(NewsletterSubscribed, &customer(&json!({}))).await);
    assert_eq!(
        stage.requests(),
        ["POST /contact/sync", "POST /contactLists", "POST /contactTags"]
    );
    assert_eq!(
        stage.last_body("/contactLists"),
        json!({ "contactList": { "list": "1", "contact": "1", "status": 1, "sourceid": 4 } })
    );
    assert_eq!(
        stage.last_body("/contactTags"),
        json!({ "contactTag": { "contact": "1", "tag": "1" } })
    );
    let company = customer(&json!({ "id": "7", "email": "ditta@example.com", "type": "company" }));
    assert_done(&stage.deliver(NewsletterSubscribed, &company).await);
    assert_eq!(
        stage.count(Kind::ContactTag, "ditta@example.com/azienda").created,
        1
    );
}

#[tokio::test]
async fn all_means_every_list() {
    let stage = Stage::with(
        Platform::ActiveCampaign,
        &[("newsletter_list", "all"), ("tag_private", "")],
    )
    .await;
    assert_done(&stage.deliver(NewsletterSubscribed, &customer(&json!({}))).await);
    let lists = stage.counts(Kind::Subscription);
    assert_eq!(lists.len(), sandbox::LISTS.len());
    assert!(stage.counts(Kind::ContactTag).is_empty(), "no tag is set");
    let mark = stage.mark();
    assert_done(&stage.deliver(NewsletterUnsubscribed, &customer(&json!({}))).await);
    let requests = stage.requests_since(mark);
    assert_eq!(requests[..2], ["GET /contacts", "GET /contacts/1/contactLists"]);
    assert_eq!(requests.len(), 2 + sandbox::LISTS.len());
    assert_eq!(stage.last_body("/contactLists")["contactList"]["status"], 2);
    let mark = stage.mark();
    assert_done(&stage.deliver(NewsletterUnsubscribed, &customer(&json!({}))).await);
    assert_eq!(stage.requests_since(mark).len(), 2, "he is on no list any more");
}

#[tokio::test]
async fn a_withdrawal_takes_the_contact_off_the_list_and_nothing_else() {
    let stage = Stage::activecampaign().await;
    assert_done(&stage.deliver(NewsletterSubscribed, &customer(&json!({}))).await);
    let mark = stage.mark();
    assert_done(&stage.deliver(NewsletterUnsubscribed, &customer(&json!({}))).await);
    assert_eq!(
        stage.requests_since(mark),
        ["GET /contacts", "POST /contactLists"]
    );
    assert_eq!(
        stage.last_body("/contactLists"),
        json!({ "contactList": { "list": "1", "contact": "1", "status": 2 } })
    );
    let stranger = customer(&json!({ "email": "nobody@example.com" }));
    let mark = stage.mark();
    assert_done(&stage.deliver(NewsletterUnsubscribed, &stranger).await);
    assert_eq!(stage.requests_since(mark), ["GET /contacts"]);
}

#[tokio::test]
async fn an_earlier_consent_that_comes_late_undoes_no_later_one() {
    let stage = Stage::activecampaign().await;
    let registered = customer(&json!({}));
    let guest = customer(&json!({ "id": null, "email": "ANNA@example.com" }));
    // Even an attempt that failed tells what holds.
    stage.set_fault(Some(Wrong::Down));
    stage.deliver_at(10, NewsletterUnsubscribed, &registered).await;
    stage.set_fault(None);
    let mark = stage.mark();
    let late = stage.deliver_at(5, NewsletterSubscribed, &guest).await;
    assert_skipped(&late, SkipReason::Superseded);
    assert!(stage.requests_since(mark).is_empty());
    assert_done(&stage.deliver_at(10, NewsletterUnsubscribed, &registered).await);
    assert_done(&stage.deliver_at(11, NewsletterSubscribed, &guest).await);
    let late = stage.deliver_at(10, NewsletterUnsubscribed, &registered).await;
    assert_skipped(&late, SkipReason::Superseded);
}

#[tokio::test]
async fn without_a_list_or_an_address_there_is_nothing_to_say() {
    let stage = Stage::with(Platform::ActiveCampaign, &[("newsletter_list", "")]).await;
    let nobody = customer(&json!({ "email": null }));
    for kind in [NewsletterSubscribed, NewsletterUnsubscribed] {
        let report = stage.deliver(kind, &customer(&json!({}))).await;
        assert_skipped(&report, SkipReason::NoList);
    }
    let stage = Stage::activecampaign().await;
    for kind in [NewsletterSubscribed, NewsletterUnsubscribed, CustomerUpdated] {
        assert_skipped(&stage.deliver(kind, &nobody).await, SkipReason::NoEmail);
    }
}

#[tokio::test]
async fn profiles_are_sent_of_subscribers_only() {
    let stage = Stage::activecampaign().await;
    for kind in [CustomerRegistered, CustomerUpdated] {
        let report = stage
            .deliver(kind, &customer(&json!({ "newsletter": false })))
            .await;
        assert_skipped(&report, SkipReason::NotSubscribed);
        assert_done(&stage.deliver(kind, &customer(&json!({}))).await);
    }
    assert_eq!(stage.requests(), ["POST /contact/sync", "POST /contact/sync"]);
    let count = stage.count(Kind::Contact, "anna@example.com");
    assert_eq!((count.created, count.updated), (1, 1));
}

#[tokio::test]
async fn a_contact_is_deleted_at_the_customers_own_request_only() {
    let stage = Stage::activecampaign().await;
    assert_done(&stage.deliver(OrderPlaced, &order(&json!({}))).await);
    let by_shop = stage
        .deliver(CustomerDeleted, &deleted(&json!({ "by": "shop" })))
        .await;
    assert_skipped(&by_shop, SkipReason::NotByCustomer);
    let nobody = stage
        .deliver(CustomerDeleted, &deleted(&json!({ "email": null })))
        .await;
    assert_skipped(&nobody, SkipReason::NoEmail);
    let mark = stage.mark();
    assert_done(&stage.deliver(CustomerDeleted, &deleted(&json!({}))).await);
    assert_eq!(
        stage.requests_since(mark),
        ["GET /contacts", "DELETE /contacts/1"]
    );
    assert_eq!(stage.count(Kind::Contact, "anna@example.com").deleted, 1);
    assert!(
        !stage.memory.keys().contains(&"customer 501".to_owned()),
        "what he was over there is forgotten"
    );
    let mark = stage.mark();
    assert_done(&stage.deliver(CustomerDeleted, &deleted(&json!({}))).await);
    assert_eq!(stage.requests_since(mark), ["GET /contacts"], "he is gone");
}

#[tokio::test]
async fn what_happened_before_a_deletion_does_not_bring_the_contact_back() {
    let stage = Stage::activecampaign().await;
    assert_done(&stage.deliver(NewsletterSubscribed, &customer(&json!({}))).await);
    assert_done(&stage.deliver_at(10, CustomerDeleted, &deleted(&json!({}))).await);
    let guest = anna(&json!({ "id": null }));
    let late = [
        (CustomerUpdated, customer(&json!({}))),
        (NewsletterSubscribed, customer(&json!({}))),
        (NewsletterUnsubscribed, customer(&json!({}))),
        (CartUpdated, cart(&json!({}))),
        (OrderPlaced, order(&json!({}))),
        (OrderPlaced, order(&json!({ "customer": guest }))),
    ];
    for (kind, payload) in &late {
        for seconds in [5, 10] {
            assert_skipped(
                &stage.deliver_at(seconds, *kind, payload).await,
                SkipReason::Superseded,
            );
        }
    }
    let stranger = customer(&json!({ "id": "502", "email": "bruno@example.com" }));
    assert_done(&stage.deliver(CustomerUpdated, &stranger).await);
    assert_eq!(stage.count(Kind::Contact, "anna@example.com").created, 1);
    // He comes back later.
    for (kind, payload) in &late {
        assert_done(&stage.deliver_at(11, *kind, payload).await);
        if *kind == OrderPlaced {
            break;
        }
    }
    assert_eq!(stage.count(Kind::Contact, "anna@example.com").created, 2);
    let kept: String = stage.memory.content().into_values().collect();
    assert!(!kept.contains('@'), "{kept}");
}

#[tokio::test]
async fn a_deletion_that_is_left_out_leaves_nothing_else_out() {
    let stage = Stage::activecampaign().await;
    for parts in [json!({ "by": "shop" }), json!({ "email": null })] {
        stage.deliver_at(10, CustomerDeleted, &deleted(&parts)).await;
    }
    assert_done(&stage.deliver(CustomerUpdated, &customer(&json!({}))).await);
}

#[tokio::test]
async fn what_the_platform_has_no_use_for_is_skipped() {
    let stage = Stage::activecampaign().await;
    for (kind, payload) in [
        (EventKind::ProductCreated, crate::samples::product(&json!({}))),
        (EventKind::PageDeleted, crate::samples::removed("P-1")),
        (EventKind::OrderPaymentConfirmed, order(&json!({}))),
    ] {
        assert_skipped(&stage.deliver(kind, &payload).await, SkipReason::NotUsed);
    }
    for platform in [Platform::Telegram, Platform::WaSmartBusiness] {
        let stage = Stage::with(platform, &[]).await;
        let report = stage.deliver(OrderPlaced, &order(&json!({}))).await;
        assert_skipped(&report, SkipReason::NotUsed);
    }
}
