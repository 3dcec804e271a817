// SPDX-License-Identifier: GPL-3.0-or-later

extension VoiceWords {
    static let dutch = VoiceWords(
        code: "nl",
        // "één" as the number: "een" is the article, which has another sound.
        digits: ["nul", "één", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen"],
        letters: [
            "aa", "bee", "cee", "dee", "ee", "ef", "gee", "haa", "ie", "jee", "kaa", "el", "em", "enn", "oo", "pee",
            "kuu",
            "èr", "es", "tee", "uu", "vee", "wee", "iks", "ij", "zet",
        ],
        months: [
            "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober",
            "november",
            "december",
        ],
        monthsByName: [
            "januari": 1, "jan": 1, "februari": 2, "feb": 2, "febr": 2, "maart": 3, "mrt": 3, "april": 4, "apr": 4,
            "mei": 5,
            "juni": 6, "jun": 6, "juli": 7, "jul": 7, "augustus": 8, "aug": 8, "september": 9, "sep": 9, "sept": 9,
            "oktober": 10, "okt": 10, "november": 11, "nov": 11, "december": 12, "dec": 12,
        ],
        weekdays: ["maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"],
        weekdaysByName: [
            "maandag": 1, "dinsdag": 2, "woensdag": 3, "donderdag": 4, "vrijdag": 5, "zaterdag": 6, "zondag": 7,
        ],
        shortWeekdays: ["ma": 1, "di": 2, "wo": 3, "do": 4, "vr": 5, "vrij": 5, "za": 6, "zo": 7],
        ordinal: dutchOrdinal,
        symbols: [
            "&": "en", "+": "plus", "@": "apenstaartje", "=": "is", "½": "een half", "¼": "een kwart",
            "¾": "drie kwart",
        ],
        units: [
            "%": "procent", "°": "graden", "km": "kilometer", "m": "meter", "cm": "centimeter", "mm": "millimeter",
            "kg": "kilo", "g": "gram", "gr": "gram", "l": "liter", "ml": "milliliter", "km/u": "kilometer per uur",
            "km/h": "kilometer per uur", "m/s": "meter per seconde", "m2": "vierkante meter", "m²": "vierkante meter",
            "m3": "kubieke meter", "m³": "kubieke meter", "km2": "vierkante kilometer", "km²": "vierkante kilometer",
            "min": "minuten", "sec": "seconden", "u": "uur", "jr": "jaar", "j": "jaar", "mnd": "maanden", "wk": "weken",
            "pers": "personen", "x": "keer", "ct": "cent", "mtr": "meter", "kwh": "kilowattuur",
        ],
        abbreviations: dutchAbbreviations, or: "of", and: "en", to: "tot", plus: "plus", dot: "punt", slash: "slash",
        dash: "streepje", at: "apenstaartje", decimalMark: ",", groupMark: ".", decimal: "komma",
        rules: [
            LinkRule.match, DateRule.match, TimeRule.match, AmountRule.match, PlateRule.match, TelephoneRule.match,
            PlaceRule.match, HouseNumberRule.match, NumberRule.match, RomanRule.match, AbbreviationRule.match,
            AcronymRule.match,
        ])

    private static let firstOrdinals = [
        "nulde", "eerste", "tweede", "derde", "vierde", "vijfde", "zesde", "zevende", "achtste", "negende", "tiende",
        "elfde",
        "twaalfde", "dertiende", "veertiende", "vijftiende", "zestiende", "zeventiende", "achttiende", "negentiende",
    ]

    @Sendable private static func dutchOrdinal(_ value: Int) -> String {
        if firstOrdinals.indices.contains(value) { return firstOrdinals[value] }
        let tens = ["", "", "twintig", "dertig", "veertig", "vijftig", "zestig", "zeventig", "tachtig", "negentig"]
        let ones = ["", "éénen", "tweeën", "drieën", "vieren", "vijfen", "zesen", "zevenen", "achten", "negenen"]
        guard (20...99).contains(value) else { return "\(value)e" }
        return ones[value % 10] + tens[value / 10] + "ste"
    }

    private static let dutchAbbreviations: [String: Abbreviation] = [
        // Persons.
        "dhr": Abbreviation("de heer", .title), "mevr": Abbreviation("mevrouw", .title),
        "mw": Abbreviation("mevrouw", .title),
        "mej": Abbreviation("mejuffrouw", .dotted), "burg": Abbreviation("burgemeester", .name),
        "burgem": Abbreviation("burgemeester", .dotted), "dr": Abbreviation("dokter", .name),
        "drs": Abbreviation("doctorandus", .name), "ir": Abbreviation("ingenieur", .name),
        "ing": Abbreviation("ingenieur", .name), "mr": Abbreviation("meester", .name),
        "prof": Abbreviation("professor", .name), "ds": Abbreviation("dominee", .name),
        "st": Abbreviation("sint", .name),
        "gen": Abbreviation("generaal", .name), "adm": Abbreviation("admiraal", .name),
        "kon": Abbreviation("koningin", .name),
        "pres": Abbreviation("president", .name), "gebr": Abbreviation("gebroeders", .name),
        "past": Abbreviation("pastoor", .name), "wed": Abbreviation("weduwe", .name),
        "fam": Abbreviation("familie", .dotted),
        "v.d": Abbreviation("van de", .title), "v/d": Abbreviation("van de", .title),
        "vd": Abbreviation("van de", .name), "v": Abbreviation("van", .name), "d": Abbreviation("de", .name),
        // Where and when.
        "t/m": Abbreviation("tot en met"), "t.m": Abbreviation("tot en met"),
        "tm": Abbreviation("tot en met", .beforeNumber),
        "ca": Abbreviation("circa"), "ong": Abbreviation("ongeveer"), "plm": Abbreviation("ongeveer"),
        "t.h.v": Abbreviation("ter hoogte van"), "thv": Abbreviation("ter hoogte van"),
        "a.s": Abbreviation("aanstaande"),
        "jl": Abbreviation("jongstleden"), "j.l": Abbreviation("jongstleden"), "v.a": Abbreviation("vanaf"),
        "va": Abbreviation("vanaf", .beforeNumber), "d.d": Abbreviation("van"),
        "jr": Abbreviation("jaar", .afterNumber),
        "nr": Abbreviation("nummer", .title), "nrs": Abbreviation("nummers", .title),
        "huisnr": Abbreviation("huisnummer", .title),
        "omg": Abbreviation("omgeving"), "richt": Abbreviation("richting", .dotted),
        "ri": Abbreviation("richting", .dotted),
        "str": Abbreviation("straat", .dotted), "gem": Abbreviation("gemeente", .name),
        "prov": Abbreviation("provincie", .dotted),
        "kent": Abbreviation("kenteken", .dotted), "tel": Abbreviation("telefoon", .dotted),
        "blz": Abbreviation("bladzijde"),
        "sign": Abbreviation("signalement", .dotted), "verm": Abbreviation("vermoedelijk", .dotted),
        "lft": Abbreviation("leeftijd"), "geb": Abbreviation("geboren", .dotted),
        // Between words.
        "m.b.t": Abbreviation("met betrekking tot"), "mbt": Abbreviation("met betrekking tot"),
        "i.v.m": Abbreviation("in verband met"), "ivm": Abbreviation("in verband met"),
        "a.u.b": Abbreviation("alstublieft"),
        "aub": Abbreviation("alstublieft"), "s.v.p": Abbreviation("alstublieft"), "svp": Abbreviation("alstublieft"),
        "o.a": Abbreviation("onder andere"), "d.m.v": Abbreviation("door middel van"),
        "dmv": Abbreviation("door middel van"),
        "n.a.v": Abbreviation("naar aanleiding van"), "nav": Abbreviation("naar aanleiding van"),
        "t.a.v": Abbreviation("ten aanzien van"), "t.o.v": Abbreviation("ten opzichte van"),
        "t.g.v": Abbreviation("ten gevolge van"), "i.p.v": Abbreviation("in plaats van"),
        "ipv": Abbreviation("in plaats van"),
        "m.u.v": Abbreviation("met uitzondering van"), "z.s.m": Abbreviation("zo snel mogelijk"),
        "zsm": Abbreviation("zo snel mogelijk"), "o.l.v": Abbreviation("onder leiding van"),
        "e.d": Abbreviation("en dergelijke"),
        "e.o": Abbreviation("en omgeving"), "i.o.m": Abbreviation("in overleg met"),
        "m.i.v": Abbreviation("met ingang van"),
        "i.s.m": Abbreviation("in samenwerking met"), "p/a": Abbreviation("per adres"),
        "m/v": Abbreviation("man of vrouw"),
        "enz": Abbreviation("enzovoort"), "etc": Abbreviation("et cetera"), "bv": Abbreviation("bijvoorbeeld", .dotted),
        "bijv": Abbreviation("bijvoorbeeld"), "evt": Abbreviation("eventueel"),
        "max": Abbreviation("maximaal", .dotted),
        "min": Abbreviation("minimaal", .dotted), "incl": Abbreviation("inclusief"), "excl": Abbreviation("exclusief"),
        "resp": Abbreviation("respectievelijk"), "mln": Abbreviation("miljoen"), "mld": Abbreviation("miljard"),
        "d.w.z": Abbreviation("dat wil zeggen"), "dwz": Abbreviation("dat wil zeggen"), "m.n": Abbreviation("met name"),
        "o.i.d": Abbreviation("of iets dergelijks"), "vlgs": Abbreviation("volgens"),
        "i.o": Abbreviation("in opdracht"),
    ]
}
