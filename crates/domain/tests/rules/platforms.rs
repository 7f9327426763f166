//! What holds for every platform's description of its fields.

use std::collections::BTreeSet;

use domain::{
    Context, Field, FieldError, Kind, Language, Platform, Section, Settings, Submission, Text, Values,
};

use crate::samples::{TODAY, complete, lists, meta, settings, submission};

fn every_field(check: impl Fn(Platform, &'static Field)) {
    for platform in Platform::ALL {
        for field in platform.fields() {
            check(platform, field);
        }
    }
}

fn is_written(text: Text) -> bool {
    Language::ALL.into_iter().all(|language| {
        let text = text.get(language);
        !text.is_empty() && text.trim() == text && !text.contains(['<', '>'])
    })
}

#[test]
fn codes_and_names_of_platforms_are_unique_and_read_back() {
    let codes: BTreeSet<&str> = Platform::ALL.into_iter().map(Platform::code).collect();
    let names: BTreeSet<&str> = Platform::ALL.into_iter().map(Platform::name).collect();
    assert_eq!(
        (codes.len(), names.len()),
        (Platform::ALL.len(), Platform::ALL.len())
    );
    for platform in Platform::ALL {
        assert_eq!(platform.code().parse::<Platform>(), Ok(platform));
        assert_eq!(
            serde_json::from_str::<Platform>(&serde_json::to_string(&platform).unwrap()).unwrap(),
            platform
        );
        assert!(is_written(platform.summary()) && is_written(platform.needs()));
    }
    for code in ["", "Clerk", "clerk ", "clerk.io", "<b>", "' OR 1=1"] {
        assert!(code.parse::<Platform>().is_err(), "{code}");
    }
}

#[test]
fn field_names_are_unique_plain_and_clash_with_no_other_name_of_the_form() {
    for platform in Platform::ALL {
        let names: BTreeSet<&str> = platform.fields().iter().map(|field| field.name).collect();
        assert_eq!(names.len(), platform.fields().len(), "{}", platform.code());
    }
    every_field(|platform, field| {
        assert!(
            field
                .name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
            "{}",
            field.name
        );
        assert!(
            !["description", "platform", "version", "id", "active"].contains(&field.name),
            "{}",
            field.name
        );
        assert!(
            platform.field(&Submission::remove_name(field)).is_none(),
            "{}",
            field.name
        );
    });
}

#[test]
fn every_text_of_a_field_is_written_in_both_languages() {
    every_field(|_, field| {
        assert!(
            is_written(field.label) && is_written(field.help),
            "{}",
            field.name
        );
        if let Some(rule) = field.rule() {
            assert!(is_written(rule.form), "{}", field.name);
            assert!(rule.min >= 1 && rule.min <= rule.max, "{}", field.name);
        }
        match field.kind {
            Kind::Whole { min, max, unit } => assert!(min <= max && is_written(unit), "{}", field.name),
            Kind::Choice(choices) => {
                let values: BTreeSet<&str> = choices.iter().map(|choice| choice.value).collect();
                assert_eq!(values.len(), choices.len(), "{}", field.name);
                assert!(
                    choices
                        .iter()
                        .all(|choice| is_written(choice.label) && is_written(choice.help)),
                    "{}",
                    field.name
                );
            }
            _ => {}
        }
    });
}

#[test]
fn sections_follow_each_other_and_begin_with_the_credentials() {
    for platform in Platform::ALL {
        let order: Vec<Section> = platform.fields().iter().map(|field| field.section).collect();
        assert!(
            order.is_sorted(),
            "a section of {} is parted in two",
            platform.code()
        );
        let sections = platform.sections();
        assert_eq!(sections.first(), Some(&Section::Credentials));
        assert!(!Section::Credentials.after_first_save());
        assert!(sections.iter().skip(1).all(|section| section.after_first_save()));
        let anchors: BTreeSet<&str> = sections.iter().map(|section| section.anchor()).collect();
        assert_eq!(anchors.len(), sections.len());
        assert!(sections.iter().all(|section| is_written(section.title())));
    }
}

#[test]
fn a_condition_names_a_choice_of_the_same_platform_that_is_always_shown() {
    every_field(|platform, field| {
        let Some(condition) = field.shown_when else { return };
        let decisive = platform.field(condition.field).unwrap();
        assert!(
            decisive.shown_when.is_none() && decisive.is_required(),
            "{}",
            field.name
        );
        let Kind::Choice(choices) = decisive.kind else {
            panic!("{} depends on no choice", field.name)
        };
        assert!(
            choices.iter().any(|choice| choice.value == condition.is),
            "{}",
            field.name
        );
    });
}

#[test]
fn secrets_have_neither_default_nor_example() {
    every_field(|_, field| {
        if field.is_secret() {
            assert!(
                field.default.is_empty() && field.example.is_empty(),
                "{}",
                field.name
            );
        }
    });
}

#[test]
fn every_example_and_every_default_passes_its_own_rule() {
    let context = Context::Typed {
        lists: &lists(),
        today: TODAY,
    };
    for platform in Platform::ALL {
        let forms = if platform == Platform::WaSmartBusiness {
            vec![complete(platform), meta()]
        } else {
            vec![complete(platform)]
        };
        for form in forms {
            let values = submission(platform, &form).values;
            for field in platform
                .fields()
                .iter()
                .filter(|field| !field.is_secret() && field.is_shown(&values))
            {
                for value in [field.example, field.default]
                    .into_iter()
                    .filter(|value| !value.is_empty())
                {
                    let mut values = values.clone();
                    values.insert(field.name.to_owned(), value.to_owned());
                    let settings = Settings::parse(platform, &values, context).unwrap();
                    assert_eq!(
                        settings.values()[field.name],
                        value,
                        "{} is not written as it is stored",
                        field.name
                    );
                }
            }
        }
    }
}

#[test]
fn a_new_form_asks_for_nothing_but_what_has_no_default() {
    for platform in Platform::ALL {
        let values = platform.defaults(&lists());
        let asked: BTreeSet<&str> = match Settings::parse(
            platform,
            &values,
            Context::Typed {
                lists: &lists(),
                today: TODAY,
            },
        ) {
            Ok(_) => BTreeSet::new(),
            Err(errors) => {
                assert!(
                    errors.iter().all(|(_, error)| *error == FieldError::Required),
                    "{errors:?}"
                );
                errors.into_iter().map(|(name, _)| name).collect()
            }
        };
        let without_default: BTreeSet<&str> = platform
            .fields()
            .iter()
            .filter(|field| {
                field.is_required()
                    && !field.is_secret()
                    && field.is_shown(&values)
                    && !values.contains_key(field.name)
            })
            .map(|field| field.name)
            .collect();
        assert_eq!(asked, without_default, "{}", platform.code());
    }
}

#[test]
fn defaults_take_the_site_s_own_language_and_currency() {
    let values = Platform::Clerk.defaults(&lists());
    assert_eq!(
        (values["language"].as_str(), values["currency"].as_str()),
        ("it", "EUR")
    );
    assert!(Platform::ALL.into_iter().all(|platform| {
        let values = platform.defaults(&lists());
        platform
            .fields()
            .iter()
            .all(|field| !field.is_secret() || !values.contains_key(field.name))
    }));
}

#[test]
fn each_platform_s_settings_are_their_platform_s() {
    for platform in Platform::ALL {
        assert_eq!(settings(platform, &complete(platform)).platform(), platform);
        let names: BTreeSet<String> = settings(platform, &complete(platform))
            .values()
            .into_keys()
            .collect();
        let known: BTreeSet<String> = platform
            .fields()
            .iter()
            .filter(|field| !field.is_secret())
            .map(|field| field.name.to_owned())
            .collect();
        assert!(names.is_subset(&known), "{names:?}");
    }
}

#[test]
fn values_of_another_platform_are_told_as_missing_ones() {
    for platform in Platform::ALL {
        for other in Platform::ALL.into_iter().filter(|other| *other != platform) {
            let values: Values = settings(other, &complete(other)).values();
            let own = Settings::parse(
                platform,
                &values,
                Context::Typed {
                    lists: &lists(),
                    today: TODAY,
                },
            );
            assert!(own.is_err(), "{} as {}", other.code(), platform.code());
        }
    }
}
