// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// A tariff and where its parts stand, for complaints.
package struct ReadTariff: Sendable {
    package var tariff: Tariff
    package var location: ConfigurationLocation
    /// Of each rate, in the same order.
    package var rateLocations: [ConfigurationLocation] = []

    func subject(ofRate index: Int) -> String {
        let rate = tariff.rates[index]
        switch rate.price {
        case .voice: return "[Tariff \(tariff.name)] [Voice \(rate.name)]"
        case .sms: return "[Tariff \(tariff.name)] [SMS \(rate.name)]"
        }
    }
}

/// Puts tariff files, one after the other, into tariffs. Pure: it opens nothing. Every complaint is kept.
package struct TariffReader {
    package private(set) var tariffs: [ReadTariff] = []
    package private(set) var complaints: [ConfigurationComplaint] = []

    /// The section that the next assignments belong to.
    private enum Current {
        case none
        /// Complained about already.
        case unknown
        case tariff
        case voice(RateDraft)
        case sms(RateDraft)
    }

    private var current = Current.none
    private var section = UnitSection(kind: "")
    private var sectionLocation = ConfigurationLocation(file: "", line: 0)
    /// A [Tariff] was opened in this file.
    private var hasTariff = false

    private var assigned: [String: Int] = [:]

    package init() {}

    package mutating func read(_ bytes: [UInt8], file: String) {
        (current, hasTariff) = (.none, false)
        for item in UnitFile.parse(bytes, file: file) {
            switch item {
            case .malformed(let message, let location): complain(location, "", message)
            case .section(let section, let location): open(section, at: location)
            case .assignment(let key, let value, let location): assign(key, value, at: location)
            }
        }
        closeSection()
        closeTariff()
    }

    private mutating func complain(_ location: ConfigurationLocation, _ subject: String, _ message: String) {
        complaints.append(ConfigurationComplaint(location: location, subject: subject, message: message))
    }

    private mutating func open(_ next: UnitSection, at location: ConfigurationLocation) {
        closeSection()
        (section, sectionLocation, assigned) = (next, location, [:])
        guard TariffSchema.kinds.contains(next.kind) else {
            current = .unknown
            let hint = Suggestion.hint(for: next.kind, among: TariffSchema.kinds)
            return complain(location, next.description, "unknown section\(hint)")
        }
        guard let name = next.name, isIdentifier(name) else {
            current = .unknown
            return complain(
                location, next.description,
                "a name is missing or not valid: write [\(next.kind) name], with letters, digits, '.', '_' or '-'")
        }
        if next.kind == TariffSchema.tariffKind {
            closeTariff()
            guard let nothing = TariffDate("1970-01-01") else { return }
            tariffs.append(ReadTariff(tariff: Tariff(name: name, validFrom: nothing), location: location))
            (hasTariff, current) = (true, .tariff)
            return
        }
        guard hasTariff else {
            current = .unknown
            return complain(location, next.description, "a rate stands below the [Tariff name] that it belongs to")
        }
        let draft = RateDraft(name: name)
        current = next.kind == TariffSchema.voiceKind ? .voice(draft) : .sms(draft)
    }

    private mutating func assign(_ key: String, _ value: String, at location: ConfigurationLocation) {
        switch current {
        case .none: complain(location, key, "this stands before the first [Tariff name]")
        case .unknown: break
        case .tariff:
            guard var tariff = tariffs.last?.tariff else { return }
            assign(key, value, to: &tariff, TariffSchema.tariffKeys, at: location)
            tariffs[tariffs.count - 1].tariff = tariff
        case .voice(var draft):
            assign(key, value, to: &draft, TariffSchema.voiceKeys, at: location)
            current = .voice(draft)
        case .sms(var draft):
            assign(key, value, to: &draft, TariffSchema.smsKeys, at: location)
            current = .sms(draft)
        }
    }

    private mutating func assign<Target>(
        _ name: String, _ value: String, to target: inout Target, _ keys: [TariffKey<Target>],
        at location: ConfigurationLocation
    ) {
        let subject = "\(section.description) \(name)"
        guard let key = keys.first(where: { $0.name == name }) else {
            return complain(
                location, subject, "unknown key\(Suggestion.hint(for: name, among: keys.map(\.name), suffix: "="))")
        }
        if let earlier = assigned[name], !key.isList {
            complain(location, subject, "stands in line \(earlier) already")
        }
        assigned[name] = location.line
        do throws(ValueError) {
            guard !value.isEmpty else { throw ValueError("the value is missing") }
            try key.assign(&target, value)
        } catch {
            let hasComment = value.contains(" #") || value.contains(" ;")
            complain(location, subject, error.message + (hasComment ? "; a comment stands on a line of its own" : ""))
        }
    }

    private mutating func missing(_ keys: [String], at location: ConfigurationLocation, _ subject: String) {
        let absent = keys.filter { assigned[$0] == nil }
        guard !absent.isEmpty else { return }
        complain(
            location, subject,
            absent.map { "\($0)=" }.joined(separator: ", ") + (absent.count == 1 ? " is missing" : " are missing"))
    }

    private mutating func closeSection() {
        switch current {
        case .none, .unknown: break
        case .tariff:
            missing(["ValidFrom"], at: sectionLocation, section.description)
            let sides = [assigned["Trunk"], assigned["Account"]].compactMap { $0 }
            if sides.count != 1 {
                complain(
                    sectionLocation, section.description,
                    "either Trunk= (what a carrier charges us) or Account= (what an account is charged) is needed; "
                        + "* stands for all")
            }
            if let tariff = tariffs.last?.tariff, let last = tariff.validTo, last < tariff.validFrom {
                complain(sectionLocation, section.description, "ValidTo= is before ValidFrom=")
            }
        case .voice(let draft):
            missing(["Prefix", "PerMinute", "Increment"], at: sectionLocation, section.description)
            append(draft, .voice(draft.voice))
        case .sms(let draft):
            missing(["Prefix", "PerSegment"], at: sectionLocation, section.description)
            append(draft, .sms(perSegment: draft.perSegment))
        }
        current = .unknown
    }

    private mutating func append(_ draft: RateDraft, _ price: Price) {
        guard let last = tariffs.indices.last else { return }
        let rate = Rate(name: draft.name, prefixes: draft.prefixes, hours: draft.hours, price: price)
        if let twin = tariffs[last].tariff.rates.firstIndex(where: { $0.isNamesake(of: rate) }) {
            let line = tariffs[last].rateLocations[twin].line
            complain(sectionLocation, section.description, "the same section begins in line \(line) already")
        }
        tariffs[last].tariff.rates.append(rate)
        tariffs[last].rateLocations.append(sectionLocation)
    }

    private mutating func closeTariff() {
        guard hasTariff, let last = tariffs.last, last.tariff.rates.isEmpty else { return }
        complain(
            last.location, "[Tariff \(last.tariff.name)]", "no [Voice name] or [SMS name] follows: it has no price")
    }
}

extension Rate {
    /// Of the same section.
    func isNamesake(of other: Rate) -> Bool { name == other.name && channel == other.channel }

    package var channel: Channel {
        switch price {
        case .voice: .voice
        case .sms: .sms
        }
    }
}
