//! Outcomes as JUnit XML, as GitHub, GitLab and Jenkins read it: a suite for each file, in it a case
//! for each conversation, with its transcript.

use super::Outcome;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite, XmlString};
use std::io::{self, Write};

/// Writes a report. Characters that XML does not allow are left out.
pub fn write(outcomes: &[Outcome], to: impl Write) -> io::Result<()> {
    let mut suites: Vec<TestSuite> = Vec::new();
    for outcome in outcomes {
        let file = allowed(&outcome.file.display().to_string());
        if suites.last().is_none_or(|suite| suite.name != file) {
            suites.push(TestSuite::new(file));
        }
        if let Some(suite) = suites.last_mut() {
            suite.add_test_case(case(outcome));
        }
    }
    let mut report = Report::new("zeroline rehearse");
    for mut suite in suites {
        let times = suite.test_cases.iter().filter_map(|case| case.time);
        suite.set_time(times.sum());
        // The report counts the cases that are there now.
        report.add_test_suite(suite);
    }
    let times = report.test_suites.iter().filter_map(|suite| suite.time);
    report.set_time(times.sum());
    report.serialize(to).map_err(io::Error::other)
}

fn case(outcome: &Outcome) -> TestCase {
    let status = match (&outcome.unmet, &outcome.skipped) {
        (Some(unmet), _) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let (message, _) = unmet.split_once('\n').unwrap_or((unmet, ""));
            status.set_message(allowed(message));
            status.set_type("unmet");
            status.set_description(allowed(unmet));
            status
        }
        (None, Some(why)) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(allowed(why));
            status
        }
        (None, None) => TestCaseStatus::success(),
    };
    let mut case = TestCase::new(allowed(&outcome.case), status);
    case.set_classname(allowed(&outcome.file.display().to_string()));
    case.set_time(outcome.took);
    let transcript = outcome.transcript();
    if !transcript.is_empty() {
        case.set_system_out(allowed(&transcript));
    }
    case
}

/// XML 1.0, section 2.2: neither control characters, which `XmlString` leaves out, nor these two.
fn allowed(text: &str) -> XmlString {
    XmlString::new(text.replace(['\u{fffe}', '\u{ffff}'], ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{Event, EventKind};
    use proptest::prelude::*;
    use roxmltree::{Document, Node};
    use std::time::Duration;

    fn outcome(file: &str, case: &str, said: &str) -> Outcome {
        let kind = EventKind::PromptStarted {
            text: said.to_owned(),
            after_ms: None,
            synthesis_ms: None,
        };
        Outcome {
            name: format!("{file}: {case}"),
            case: case.to_owned(),
            file: file.into(),
            unmet: None,
            skipped: None,
            events: vec![Event {
                call: "x".to_owned(),
                at_ms: 0,
                kind,
            }],
            took: Duration::from_millis(1_500),
        }
    }

    fn xml(outcomes: &[Outcome]) -> String {
        let mut xml = Vec::new();
        write(outcomes, &mut xml).unwrap();
        String::from_utf8(xml).unwrap()
    }

    fn all<'d>(document: &'d Document, name: &str) -> Vec<Node<'d, 'd>> {
        let nodes = document.descendants();
        nodes.filter(|node| node.has_tag_name(name)).collect()
    }

    #[test]
    fn a_suite_for_each_file_and_a_case_for_each_conversation() {
        let mut failed = outcome("a.toml", "two", "Hello.");
        failed.unmet = Some("a.toml:7: expected <this>, but \"that\"\n    bot  Hello.".to_owned());
        let mut skipped = outcome("b.toml", "b", "Hello.");
        skipped.skipped = Some("b.toml:3: a recording".to_owned());
        let xml = xml(&[outcome("a.toml", "one", "Hello."), failed, skipped]);
        let document = Document::parse(&xml).unwrap();
        assert_eq!(document.root_element().attribute("tests"), Some("3"));
        let suites = all(&document, "testsuite");
        let counts = |node: &Node| {
            ["name", "tests", "failures", "skipped"]
                .map(|name| node.attribute(name).unwrap().to_owned())
        };
        assert_eq!(counts(&suites[0]), ["a.toml", "2", "1", "0"]);
        assert_eq!(counts(&suites[1]), ["b.toml", "1", "0", "1"]);
        assert_eq!(suites[0].attribute("time"), Some("3.000"));
        let cases = all(&document, "testcase");
        let names = cases.iter().map(|case| case.attribute("name").unwrap());
        assert_eq!(names.collect::<Vec<_>>(), ["one", "two", "b"]);
        assert!(
            cases
                .iter()
                .all(|case| case.attribute("time") == Some("1.500"))
        );
        let failure = all(&document, "failure")[0];
        let message = failure.attribute("message").unwrap();
        assert_eq!(message, "a.toml:7: expected <this>, but \"that\"");
        assert!(failure.text().unwrap().contains("bot  Hello."));
        assert_eq!(all(&document, "skipped").len(), 1);
        let told = all(&document, "system-out")[0].text().unwrap();
        assert_eq!(told, "bot     Hello.");
    }

    proptest! {
        #[test]
        fn any_text_makes_a_report_that_can_be_read(text: String, control in "[\\x00-\\x1f\\x7f\\u{fffe}<>&\"']{0,8}") {
            let said = format!("{text}{control}");
            let mut failed = outcome(&said, &said, &said);
            failed.unmet = Some(said);
            let xml = xml(&[failed]);
            let document = Document::parse(&xml).unwrap();
            prop_assert_eq!(all(&document, "failure").len(), 1);
        }
    }
}
