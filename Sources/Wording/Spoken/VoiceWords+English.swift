// SPDX-License-Identifier: GPL-3.0-or-later

extension VoiceWords {
    static let english = VoiceWords(
        code: "en",
        digits: ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
        letters: [
            "ay", "bee", "see", "dee", "ee", "eff", "jee", "aitch", "eye", "jay", "kay", "ell", "em", "en", "oh", "pee",
            "cue",
            "ar", "ess", "tee", "you", "vee", "double-you", "ex", "why", "zed",
        ],
        months: [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November",
            "December",
        ],
        monthsByName: [
            "january": 1, "jan": 1, "february": 2, "feb": 2, "march": 3, "mar": 3, "april": 4, "apr": 4, "may": 5,
            "june": 6,
            "jun": 6, "july": 7, "jul": 7, "august": 8, "aug": 8, "september": 9, "sep": 9, "sept": 9, "october": 10,
            "oct": 10, "november": 11, "nov": 11, "december": 12, "dec": 12,
        ],
        weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
        weekdaysByName: [
            "monday": 1, "tuesday": 2, "wednesday": 3, "thursday": 4, "friday": 5, "saturday": 6, "sunday": 7,
        ],
        shortWeekdays: ["mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 7],
        ordinal: englishOrdinal,
        symbols: [
            "&": "and", "+": "plus", "@": "at", "=": "is", "½": "a half", "¼": "a quarter", "¾": "three quarters",
        ],
        units: [
            "%": "percent", "°": "degrees", "km": "kilometres", "m": "metres", "cm": "centimetres", "mm": "millimetres",
            "kg": "kilos", "g": "grams", "l": "litres", "ml": "millilitres", "km/h": "kilometres per hour",
            "min": "minutes",
            "sec": "seconds", "mph": "miles per hour", "m2": "square metres", "m²": "square metres",
        ],
        abbreviations: [
            "mr": Abbreviation("mister", .name), "mrs": Abbreviation("missis", .name), "ms": Abbreviation("miz", .name),
            "dr": Abbreviation("doctor", .name), "st": Abbreviation("saint", .name),
            "approx": Abbreviation("approximately"),
            "e.g": Abbreviation("for example"), "i.e": Abbreviation("that is"), "etc": Abbreviation("et cetera"),
            "no": Abbreviation("number", .beforeNumber), "tel": Abbreviation("telephone", .dotted),
            "yrs": Abbreviation("years", .afterNumber), "asap": Abbreviation("as soon as possible"),
        ],
        or: "or", and: "and", to: "to", plus: "plus", dot: "dot", slash: "slash", dash: "dash", at: "at",
        decimalMark: ".",
        groupMark: ",", decimal: "point",
        rules: [
            LinkRule.match, DateRule.match, TimeRule.match, AmountRule.match, PlateRule.match, TelephoneRule.match,
            PlaceRule.match, HouseNumberRule.match, NumberRule.match, RomanRule.match, AbbreviationRule.match,
            AcronymRule.match,
        ])

    @Sendable private static func englishOrdinal(_ value: Int) -> String {
        let first = [
            "", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
            "eleventh",
            "twelfth",
        ]
        if first.indices.contains(value) { return first[value] }
        let suffix = [1: "st", 2: "nd", 3: "rd"][value / 10 == 1 ? 0 : value % 10] ?? "th"
        return "\(value)\(suffix)"
    }
}
