// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

extension Tariff {
    /// The tariff as a file: always written the same, so its hash names the version. ``TariffReader`` reads it back.
    package var text: String {
        var lines = ["[Tariff \(name)]"]
        func add(_ key: String, _ value: String) { if !value.isEmpty { lines.append("\(key)=\(value)") } }
        if !description.isEmpty { add("Description", Self.quotedWord(description)) }
        add(side == .cost ? "Trunk" : "Account", subjects.isEmpty ? "*" : subjects.joined(separator: " "))
        add("Direction", direction.rawValue)
        add("ValidFrom", validFrom.description)
        add("ValidTo", validTo?.description ?? "")
        add("Currency", currency)
        add("VAT", TariffSchema.write(basisPoints: vatBasisPoints))
        add("Rounding", rounding.mode.rawValue)
        add("Decimals", "\(rounding.decimals)")
        for rate in rates {
            switch rate.price {
            case .voice(let price):
                lines += ["", "[Voice \(rate.name)]"]
                add("Prefix", rate.prefixes.joined(separator: " "))
                for value in rate.hours?.values ?? [] { add("Hours", value) }
                add("ConnectFee", price.connectFee.decimal)
                add("PerMinute", price.perMinute.decimal)
                add("Increment", "\(price.firstIncrement)/\(price.nextIncrement)")
                add("MinimumDuration", "\(price.minimumDuration)")
                add("MinimumCharge", price.minimumCharge.decimal)
            case .sms(let perSegment):
                lines += ["", "[SMS \(rate.name)]"]
                add("Prefix", rate.prefixes.joined(separator: " "))
                for value in rate.hours?.values ?? [] { add("Hours", value) }
                add("PerSegment", perSegment.decimal)
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func quotedWord(_ text: String) -> String {
        var word = "\""
        for character in text {
            if character == "\"" || character == "\\" { word.append("\\") }
            word.append(character)
        }
        return word + "\""
    }
}
