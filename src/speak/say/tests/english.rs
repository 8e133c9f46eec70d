//! English text, American unless said otherwise.

use super::*;

#[test]
fn numbers_in_american_text() {
    all_said(
        US,
        &[
            (
                "We have 1,234 of them, and 3.5 more.",
                "We have one thousand two hundred thirty four of them, and three point five more.",
            ),
            ("You are number 1.", "You are number one."),
            ("1, 2, 3", "one, two, three"),
            ("The 21st floor", "The twenty first floor"),
            ("Press 0 for a person.", "Press zero for a person."),
            (
                "It is -5 outside, or -5°C.",
                "It is minus five outside, or minus five degrees Celsius.",
            ),
            (
                "Save 0.5%, up to 50% off, 5-10% or 5%-10%",
                "Save zero point five percent, up to fifty percent off, five to ten percent or five to ten percent",
            ),
            ("from 8 to 6", "from eight to six"),
            (
                "10-12 people, 10–12 people",
                "ten to twelve people, ten to twelve people",
            ),
            ("2½ hours or ½", "two and a half hours or one half"),
            (
                "Room 101, room 204.",
                "Room one zero one, room two zero four.",
            ),
            (
                "Call 911 or ext. 204.",
                "Call nine one one or extension two oh four.",
            ),
            (
                "Your code is 482913, your PIN: 4711.",
                "Your code is four eight two, nine one three, your PIN: four seven one one.",
            ),
            (
                "Springfield, IL 62704",
                "Springfield, IL six two seven, zero four",
            ),
            ("the code of 4 doors", "the code of four doors"),
            ("order 1234567", "order one two three, four five six seven"),
            ("1000000", "one million"),
            ("007", "zero zero seven"),
            (
                "No. 5 and #4711",
                "number five and number four seven one one",
            ),
            (
                "24/7, 1/2, 3/4 and 5/6",
                "twenty four seven, one half, three quarters and five slash six",
            ),
            ("version 1.2.3", "version one point two point three"),
            ("mp3 and 8am", "mp three and eight AM"),
            ("30 min. Then 2 hrs", "thirty minutes. Then two hours"),
            (
                "99999999999999999999",
                "nine nine nine, nine nine nine, nine nine nine, nine nine nine, nine nine nine, nine nine nine, nine nine",
            ),
        ],
    );
}

#[test]
fn years_in_american_text() {
    all_said(
        US,
        &[
            ("Open since 1900.", "Open since nineteen hundred."),
            ("We came in 1900.", "We came in nineteen hundred."),
            ("1900 people", "one thousand nine hundred people"),
            ("for $1900", "for one thousand nine hundred dollars"),
            (
                "in 2005, by 2000, of 2026",
                "in two thousand five, by two thousand, of twenty twenty six",
            ),
            (
                "in March 2026, Nov. 2026",
                "in March twenty twenty six, November twenty twenty six",
            ),
            ("1990–1995", "nineteen ninety to nineteen ninety five"),
            (
                "from 1990 to 1995",
                "from nineteen ninety to nineteen ninety five",
            ),
            (
                "the 1990s and the '80s",
                "the nineteen nineties and the eighties",
            ),
            ("in 1,900 places", "in one thousand nine hundred places"),
        ],
    );
}

#[test]
fn money_in_american_text() {
    all_said(
        US,
        &[
            (
                "A visit costs $12.50.",
                "A visit costs twelve dollars and fifty cents.",
            ),
            (
                "£5, €3, ¥88 and 12 USD",
                "five pounds, three euros, eighty eight yuan and twelve dollars",
            ),
            (
                "USD 12 and 1.01 dollars",
                "twelve dollars and one dollar and one cent",
            ),
            (
                "$1, $0.99, $1.01, £1",
                "one dollar, ninety nine cents, one dollar and one cent, one pound",
            ),
            ("$1,900", "one thousand nine hundred dollars"),
            (
                "$5-10, $5–$10, $1.50-$2",
                "five to ten dollars, five to ten dollars, one dollar and fifty cents to two dollars",
            ),
            ("$3.5 million", "three point five million dollars"),
            (
                "$1.5M, $10k, £2m",
                "one point five million dollars, ten thousand dollars, two million pounds",
            ),
            ("$20/month", "twenty dollars per month"),
            ("-$5", "minus five dollars"),
        ],
    );
}

#[test]
fn times_and_dates_in_american_text() {
    all_said(
        US,
        &[
            ("at 14:30.", "at two thirty in the afternoon."),
            ("9:05 am", "nine oh five AM"),
            ("9 a.m. We open", "nine AM. We open"),
            ("9 a.m. Monday", "nine AM Monday"),
            ("9 a.m., or 5 p.m.", "nine AM, or five PM."),
            ("at 9:05", "at nine oh five"),
            ("at 09:05", "at nine oh five in the morning"),
            (
                "12:00, 00:00, 13:00",
                "twelve noon, midnight, one in the afternoon",
            ),
            (
                "12 am, 12pm, 12:30 PM",
                "midnight, twelve noon, twelve thirty PM",
            ),
            ("8:00–18:00", "eight in the morning to six in the evening"),
            (
                "8:00 to 18:00",
                "eight in the morning to six in the evening",
            ),
            ("9:00-5:00", "nine to five"),
            ("9-5 pm, 9am-5pm", "nine to five PM, nine AM to five PM"),
            (
                "Mon-Fri 8:00-18:00",
                "Monday to Friday eight in the morning to six in the evening",
            ),
            (
                "Mon. 9:00, Sat 10:30; I sat. Sun is out.",
                "Monday nine, Saturday ten thirty; I sat. Sun is out.",
            ),
            ("2026-11-25", "November twenty fifth, twenty twenty six"),
            (
                "on 11/25 or 25/11",
                "on November twenty fifth or November twenty fifth",
            ),
            ("on 3/4", "on three slash four"),
            ("3/4/2026", "March fourth, twenty twenty six"),
            (
                "Nov. 25th, 2026.",
                "November twenty fifth, twenty twenty six.",
            ),
            ("Nov. 25th, we close", "November twenty fifth, we close"),
            ("May 5", "May fifth"),
            (
                "25 November 2026",
                "November twenty fifth, twenty twenty six",
            ),
            ("the 25th of November", "the twenty fifth of November"),
            ("the 25th November", "the twenty fifth of November"),
            ("Dec. 24-26", "December twenty fourth to twenty sixth"),
            ("Wed, Nov 25", "Wednesday, November twenty fifth"),
            ("November 31", "November thirty one"),
            ("25:61", "twenty five:sixty one"),
        ],
    );
}

#[test]
fn phone_numbers_codes_and_addresses_in_american_text() {
    all_said(
        US,
        &[
            ("Call 555-0123.", "Call five five five, oh one two three."),
            (
                "(212) 555-0100 or 212.555.0100",
                "two one two, five five five, oh one oh oh or two one two, five five five, oh one oh oh",
            ),
            (
                "1-800-555-0100",
                "one, eight oh oh, five five five, oh one oh oh",
            ),
            (
                "+44 20 7946 0958 now",
                "plus four four, two oh, seven nine four six, oh nine five eight now",
            ),
            (
                "020 7946 0958",
                "oh two oh, seven nine four six, oh nine five eight",
            ),
            (
                "Order AB12-C3 is ready.",
                "Order eigh B one two, C three is ready.",
            ),
            ("COVID-19", "COVID-nineteen"),
            (
                "Mail info@lakesideclinic.com.",
                "Mail info at lakesideclinic dot com.",
            ),
            (
                "See www.lakeside.com, or ask.",
                "See W W W dot lakeside dot com, or ask.",
            ),
        ],
    );
}

#[test]
fn abbreviations_in_american_text() {
    all_said(
        US,
        &[
            (
                "Dr. Smith of Elm Dr. is in.",
                "Doctor Smith of Elm Drive is in.",
            ),
            (
                "Mr. and Mrs. Lee, Ms. Roy",
                "Mister and Missus Lee, Miz Roy",
            ),
            (
                "on Elm St. near St. Mary's",
                "on Elm Street near Saint Mary's",
            ),
            (
                "St. Mary's is at 12 Main St.",
                "Saint Mary's is at twelve Main Street.",
            ),
            ("Visit St. Mary's.", "Visit Saint Mary's."),
            (
                "approx. 3, e.g. this, i.e. that",
                "approximately three, for example this, that is that",
            ),
            (
                "Pens, paper, etc. We have it.",
                "Pens, paper, et cetera. We have it.",
            ),
            (
                "Lakeside Inc. is open. Lakeside Ltd",
                "Lakeside Incorporated is open. Lakeside Limited",
            ),
            ("in the U.S. today", "in the U S today"),
            ("You & me, R&D", "You and me, R&D"),
            ("No. I said no.", "No. I said no."),
        ],
    );
}

#[test]
fn british_text() {
    all_said(
        GB,
        &[
            (
                "at 14:30 or 2:30 pm",
                "at half past two in the afternoon or half past two PM",
            ),
            (
                "25 November 2026",
                "the twenty fifth of November twenty twenty six",
            ),
            ("the 25 November", "the twenty fifth of November"),
            ("3/4/2026", "the third of April twenty twenty six"),
            ("on 11/25", "on the twenty fifth of November"),
            (
                "24-26 December",
                "the twenty fourth to the twenty sixth of December",
            ),
            (
                "101 people since 2005",
                "one hundred and one people since two thousand and five",
            ),
            (
                "Dr Smith, Mr Lee, St Mary's, High St",
                "Doctor Smith, Mister Lee, Saint Mary's, High St",
            ),
            ("£0.01", "one penny"),
        ],
    );
}
