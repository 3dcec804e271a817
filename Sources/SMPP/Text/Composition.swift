// SPDX-License-Identifier: GPL-3.0-or-later

/// Canonical composition of the letters that the GSM tables have and of the Latin, Greek and Cyrillic ones, so
/// that text typed as a letter with a combining mark costs what the letter costs (Unicode Standard Annex 15).
///
/// It is done by this table because the standard library does not offer it.
enum Composition {
    /// By combining mark: each letter without it, and with it.
    private static let source: [(mark: Unicode.Scalar, letters: String)] = [
        ("\u{300}", "AÀEÈIÌOÒUÙaàeèiìoòuùÜǛüǜNǸnǹЕЀИЍеѐиѝĒḔēḕŌṐōṑWẀwẁÂẦâầĂẰăằÊỀêềÔỒôồƠỜơờƯỪưừYỲyỳ"),
        (
            "\u{301}",
            "AÁEÉIÍOÓUÚYÝaáeéiíoóuúyýCĆcćLĹlĺNŃnńRŔrŕSŚsśZŹzźÜǗüǘGǴgǵÅǺåǻÆǼæǽØǾøǿΑΆΕΈΗΉΙΊΟΌΥΎΩΏϊΐαάεέ"
                + "ηήιίϋΰοόυύωώГЃКЌгѓкќÇḈçḉĒḖēḗÏḮïḯKḰkḱMḾmḿÕṌõṍŌṒōṓPṔpṕŨṸũṹWẂwẃÂẤâấĂẮăắÊẾêếÔỐôốƠỚơớƯỨưứ"
        ),
        ("\u{302}", "AÂEÊIÎOÔUÛaâeêiîoôuûCĈcĉGĜgĝHĤhĥJĴjĵSŜsŝWŴwŵYŶyŷZẐzẑẠẬạậẸỆẹệỌỘọộ"),
        ("\u{303}", "AÃNÑOÕaãnñoõIĨiĩUŨuũVṼvṽÂẪâẫĂẴăẵEẼeẽÊỄêễÔỖôỗƠỠơỡƯỮưữYỸyỹ"),
        ("\u{304}", "AĀaāEĒeēIĪiīOŌoōUŪuūÜǕüǖÄǞäǟȦǠȧǡÆǢæǣǪǬǫǭÖȪöȫÕȬõȭȮȰȯȱYȲyȳИӢиӣУӮуӯGḠgḡḶḸḷḹṚṜṛṝ"),
        ("\u{306}", "AĂaăEĔeĕGĞgğIĬiĭOŎoŏUŬuŭУЎИЙийуўЖӁжӂАӐаӑЕӖеӗȨḜȩḝẠẶạặ"),
        (
            "\u{307}",
            "CĊcċEĖeėGĠgġIİZŻzżAȦaȧOȮoȯBḂbḃDḊdḋFḞfḟHḢhḣMṀmṁNṄnṅPṖpṗRṘrṙSṠsṡŚṤśṥŠṦšṧṢṨṣṩTṪtṫWẆwẇXẊxẋYẎ"
                + "yẏſẛ"
        ),
        (
            "\u{308}",
            "AÄEËIÏOÖUÜaäeëiïoöuüyÿYŸΙΪΥΫιϊυϋЕЁІЇеёіїАӒаӓӘӚәӛЖӜжӝЗӞзӟИӤиӥОӦоӧӨӪөӫЭӬэӭУӰуӱЧӴчӵЫӸыӹHḦhḧ"
                + "ÕṎõṏŪṺūṻWẄwẅXẌxẍtẗ"
        ),
        ("\u{309}", "AẢaảÂẨâẩĂẲăẳEẺeẻÊỂêểIỈiỉOỎoỏÔỔôổƠỞơởUỦuủƯỬưửYỶyỷ"),
        ("\u{30A}", "AÅaåUŮuůwẘyẙ"),
        ("\u{30B}", "OŐoőUŰuűУӲуӳ"),
        ("\u{30C}", "CČcčDĎdďEĚeěLĽlľNŇnňRŘrřSŠsšTŤtťZŽzžAǍaǎIǏiǐOǑoǒUǓuǔÜǙüǚGǦgǧKǨkǩƷǮʒǯjǰHȞhȟ"),
        ("\u{30F}", "AȀaȁEȄeȅIȈiȉOȌoȍRȐrȑUȔuȕѴѶѵѷ"),
        ("\u{311}", "AȂaȃEȆeȇIȊiȋOȎoȏRȒrȓUȖuȗ"),
        ("\u{31B}", "OƠoơUƯuư"),
        ("\u{323}", "BḄbḅDḌdḍHḤhḥKḲkḳLḶlḷMṂmṃNṆnṇRṚrṛSṢsṣTṬtṭVṾvṿWẈwẉZẒzẓAẠaạEẸeẹIỊiịOỌoọƠỢơợUỤuụƯỰưựYỴyỵ"),
        ("\u{324}", "UṲuṳ"),
        ("\u{325}", "AḀaḁ"),
        ("\u{326}", "SȘsșTȚtț"),
        ("\u{327}", "CÇcçGĢgģKĶkķLĻlļNŅnņRŖrŗSŞsşTŢtţEȨeȩDḐdḑHḨhḩ"),
        ("\u{328}", "AĄaąEĘeęIĮiįUŲuųOǪoǫ"),
        ("\u{32D}", "DḒdḓEḘeḙLḼlḽNṊnṋTṰtṱUṶuṷ"),
        ("\u{32E}", "HḪhḫ"),
        ("\u{330}", "EḚeḛIḬiḭUṴuṵ"),
        ("\u{331}", "BḆbḇDḎdḏKḴkḵLḺlḻNṈnṉRṞrṟTṮtṯZẔzẕhẖ"),
        ("\u{653}", "\u{627}\u{622}"),
        ("\u{654}", "\u{6C1}\u{6C2}"),
        ("\u{93C}", "\u{928}\u{929}\u{930}\u{931}\u{933}\u{934}"),
        ("\u{9BE}", "\u{9C7}\u{9CB}"),
        ("\u{9D7}", "\u{9C7}\u{9CC}"),
        ("\u{B3E}", "\u{B47}\u{B4B}"),
        ("\u{B56}", "\u{B47}\u{B48}"),
        ("\u{B57}", "\u{B47}\u{B4C}"),
        ("\u{BBE}", "\u{BC6}\u{BCA}\u{BC7}\u{BCB}"),
        ("\u{BD7}", "\u{B92}\u{B94}\u{BC6}\u{BCC}"),
        ("\u{C56}", "\u{C46}\u{C48}"),
        ("\u{CC2}", "\u{CC6}\u{CCA}"),
        ("\u{CD5}", "\u{CBF}\u{CC0}\u{CC6}\u{CC7}\u{CCA}\u{CCB}"),
        ("\u{CD6}", "\u{CC6}\u{CC8}"),
        ("\u{D3E}", "\u{D46}\u{D4A}\u{D47}\u{D4B}"),
        ("\u{D57}", "\u{D46}\u{D4C}"),
    ]

    /// What a letter and a mark become.
    private static let composed: [UInt64: Unicode.Scalar] = {
        var table: [UInt64: Unicode.Scalar] = [:]
        for (mark, letters) in source {
            let scalars = Array(letters.unicodeScalars)
            for index in stride(from: 0, to: scalars.count - 1, by: 2) {
                table[key(scalars[index], mark)] = scalars[index + 1]
            }
        }
        return table
    }()

    /// What a letter is made of.
    private static let decomposed: [Unicode.Scalar: (letter: Unicode.Scalar, mark: Unicode.Scalar)] = {
        var table: [Unicode.Scalar: (letter: Unicode.Scalar, mark: Unicode.Scalar)] = [:]
        for (mark, letters) in source {
            let scalars = Array(letters.unicodeScalars)
            for index in stride(from: 0, to: scalars.count - 1, by: 2) {
                table[scalars[index + 1]] = (scalars[index], mark)
            }
        }
        return table
    }()

    private static func key(_ letter: Unicode.Scalar, _ mark: Unicode.Scalar) -> UInt64 {
        UInt64(letter.value) << 32 | UInt64(mark.value)
    }

    /// The letter with the mark on it; nil when they stay two.
    static func compose(_ letter: Unicode.Scalar, _ mark: Unicode.Scalar) -> Unicode.Scalar? {
        composed[key(letter, mark)]
    }

    /// The letter without its last mark; nil when it has none.
    static func base(of letter: Unicode.Scalar) -> Unicode.Scalar? { decomposed[letter]?.letter }
}
