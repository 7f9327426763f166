//! Products, categories and pages on Clerk.io.

use domain::{EventKind, Platform, SkipReason};
use sandbox::Kind;
use serde_json::json;

use crate::samples::{category, page, product, removed};
use crate::stage::{Stage, assert_done, assert_skipped};

#[tokio::test]
async fn a_product_is_sent_in_the_accounts_language() {
    let mut stage = Stage::clerk().await;
    assert_done(
        &stage
            .deliver(EventKind::ProductCreated, &product(&json!({})))
            .await,
    );
    let sent = stage.last_body("/products")["products"][0].clone();
    assert_eq!(
        sent,
        json!({
            "id": "A-1", "name": "Caffettiera", "description": "Per due tazze", "price": 24.95,
            "list_price": 29.9, "image": "https://bottega.example/a-1.jpg", "url": "https://bottega.example/a-1",
            "categories": ["K", "K-1"], "created_at": 1_767_344_400, "stock": 7,
        })
    );
    for language in ["en", "en-GB"] {
        stage.set(&[("language", language)]);
        assert_done(
            &stage
                .deliver(EventKind::ProductUpdated, &product(&json!({})))
                .await,
        );
        let sent = stage.last_body("/products")["products"][0].clone();
        assert_eq!(sent["name"], "Coffee maker");
        assert_eq!(sent["url"], "https://bottega.example/en/a-1");
        assert_eq!(
            sent["description"], "Per due tazze",
            "what is not translated stays"
        );
    }
}

#[tokio::test]
async fn prices_in_another_currency_are_not_sent() {
    let stage = Stage::clerk().await;
    let dollars = product(&json!({ "currency": "USD" }));
    let report = stage.deliver(EventKind::ProductUpdated, &dollars).await;
    assert_skipped(&report, SkipReason::OtherCurrency);
}

#[tokio::test]
async fn categories_and_pages_go_to_every_account() {
    let stage = Stage::with(Platform::Clerk, &[("language", "en")]).await;
    assert_done(&stage.deliver(EventKind::CategoryUpdated, &category()).await);
    assert_eq!(
        stage.last_body("/categories")["categories"][0],
        json!({ "id": "K", "name": "Kitchen", "url": "https://bottega.example/cucina", "subcategories": ["K-1"],
            "description": "All for the kitchen" })
    );
    assert_done(&stage.deliver(EventKind::PageCreated, &page()).await);
    assert_eq!(
        stage.last_body("/pages")["pages"][0],
        json!({ "id": "P-1", "type": "blog", "title": "Come si fa il caffè", "text": "Acqua, poi caffè.",
            "url": "https://bottega.example/blog/caffe" })
    );
}

#[tokio::test]
async fn what_is_gone_is_deleted() {
    let stage = Stage::clerk().await;
    for (made, payload, gone, kind, id) in [
        (
            EventKind::ProductCreated,
            product(&json!({})),
            EventKind::ProductDeleted,
            Kind::Product,
            "A-1",
        ),
        (
            EventKind::CategoryCreated,
            category(),
            EventKind::CategoryDeleted,
            Kind::Category,
            "K",
        ),
        (
            EventKind::PageCreated,
            page(),
            EventKind::PageDeleted,
            Kind::Page,
            "P-1",
        ),
    ] {
        assert_done(&stage.deliver(made, &payload).await);
        assert_done(&stage.deliver(gone, &removed(id)).await);
        let count = stage.count(kind, id);
        assert_eq!((count.created, count.deleted), (1, 1), "{id}");
        // Once more: there is nothing to delete, and nothing wrong with that.
        assert_done(&stage.deliver(gone, &removed(id)).await);
    }
}

#[tokio::test]
async fn what_the_platform_has_no_use_for_is_skipped() {
    let stage = Stage::clerk().await;
    let cart = crate::samples::cart(&json!({}));
    assert_skipped(
        &stage.deliver(EventKind::CartUpdated, &cart).await,
        SkipReason::NotUsed,
    );
    let customer = crate::samples::customer(&json!({}));
    let report = stage.deliver(EventKind::NewsletterSubscribed, &customer).await;
    assert_skipped(&report, SkipReason::NotUsed);
}
