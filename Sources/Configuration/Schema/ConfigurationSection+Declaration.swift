// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

extension ConfigurationSection: SectionDeclaration {
    var keyNames: [String] { keys.map(\.name) }
    var hasPassword: Bool { password != nil }

    var listing: [ListedKey] {
        let blank = blank("", standard: GatewayConfiguration())
        return keys.map { key in
            let isRequired = key.isMissing != nil
            return ListedKey(
                section: kind, key: key.name, standard: isRequired ? "" : key.text(blank), effect: key.effect,
                isRequired: isRequired)
        }
    }

    // MARK: Reading

    func open(
        _ name: String?, in configuration: inout GatewayConfiguration, standard: GatewayConfiguration
    ) throws(ValueError) {
        switch home {
        case .once:
            if name != nil { throw ValueError("this section takes no name: write [\(kind)]") }
        case .named(let sections):
            if let complaint = sections.rule.complaint(name) { throw ValueError(complaint) }
            let name = name ?? ""
            guard !configuration[keyPath: sections.list].contains(where: { $0[keyPath: sections.name] == name }) else {
                return
            }
            configuration[keyPath: sections.list].append(sections.blank(name, standard))
        }
    }

    func assign(
        _ key: String, _ value: String, of name: String?, in configuration: inout GatewayConfiguration,
        standard: GatewayConfiguration, wasAssigned: Bool
    ) -> AssignmentOutcome {
        guard let key = keys.first(where: { $0.name == key }) else { return .unknownKey }
        let blank = blank(name ?? "", standard: standard)
        var outcome = AssignmentOutcome.unknownKey
        change(name, in: &configuration) { element in
            if value.isEmpty {
                key.reset(&element, blank)
                outcome = .done(mayRepeat: true)
                return
            }
            // A list's first assignment replaces the default, the next ones append.
            if key.isList, !key.addsToDefault, !wasAssigned { key.reset(&element, blank) }
            let errors = key.assign(&element, value)
            outcome = errors.isEmpty ? .done(mayRepeat: key.isList) : .refused(errors)
        }
        return outcome
    }

    // MARK: Checking

    func check(_ reader: inout ConfigurationReader) {
        for name in names(in: reader.configuration) {
            guard var element = element(name, in: reader.configuration) else { continue }
            let section = UnitSection(kind: kind, name: name)
            let missing = keys.filter { key in
                key.isMissing?(element) == true && !reader.isRefused(section, key.name)
            }
            if !missing.isEmpty {
                let names = missing.map { "\($0.name)=" }.joined(separator: ", ")
                reader.complain(section, "", "\(names) \(missing.count == 1 ? "is" : "are") missing")
            }
            check?(&element, section, &reader)
            reader.edit { configuration in change(name, in: &configuration) { $0 = element } }
        }
    }

    func readPasswords(
        _ reader: inout ConfigurationReader,
        _ read: (_ section: UnitSection, _ source: PasswordSource, _ reader: inout ConfigurationReader) -> Secret?
    ) {
        guard let password else { return }
        for name in names(in: reader.configuration) {
            guard let element = element(name, in: reader.configuration) else { continue }
            let file = element[keyPath: password.file].map(PasswordSource.file)
            guard let source = file ?? element[keyPath: password.credential].map(PasswordSource.credential) else {
                continue
            }
            let section = UnitSection(kind: kind, name: name)
            guard let secret = read(section, source, &reader) else { continue }
            if let oddity = password.oddity(secret) { reader.warn(section, "", oddity) }
            reader.edit { configuration in
                change(name, in: &configuration) { $0[keyPath: password.value] = secret }
            }
        }
    }

    // MARK: Showing

    func settings(of configuration: GatewayConfiguration) -> [ConfigurationSetting] {
        names(in: configuration).flatMap { name -> [ConfigurationSetting] in
            guard let element = element(name, in: configuration) else { return [] }
            let section = UnitSection(kind: kind, name: name)
            return keys.map { key in
                ConfigurationSetting(section: section, key: key.name, value: key.text(element), effect: key.effect)
            }
        }
    }

    // MARK: Comparing

    func changes(from old: GatewayConfiguration, to new: GatewayConfiguration) -> [ConfigurationChange] {
        let known = names(in: old)
        var all = known + names(in: new).filter { !known.contains($0) }
        if case .named(let sections) = home, sections.sortsChanges { all.sort { ($0 ?? "") < ($1 ?? "") } }
        return all.flatMap { changes(of: $0, from: element($0, in: old), to: element($0, in: new)) }
    }

    private func changes(of name: String?, from old: Element?, to new: Element?) -> [ConfigurationChange] {
        func change(_ key: String?, _ kind: ConfigurationChange.Kind, _ effect: ReloadEffect) -> ConfigurationChange {
            ConfigurationChange(section: self.kind, name: name, key: key, kind: kind, effect: effect)
        }
        guard let old else { return new == nil ? [] : [change(nil, .added, .live)] }
        guard let new else { return [change(nil, .removed, .live)] }
        var changes = keys.compactMap { key -> ConfigurationChange? in
            let (before, after) = (key.text(old), key.text(new))
            return before == after ? nil : change(key.name, .value(old: before, new: after), key.effect)
        }
        if let password, old[keyPath: password.value] != new[keyPath: password.value] {
            changes.append(change("password", .password, .live))
        }
        return changes
    }

    func keepRestartValues(of running: GatewayConfiguration, in configuration: inout GatewayConfiguration) {
        for name in names(in: configuration) {
            guard let former = element(name, in: running) else { continue }
            change(name, in: &configuration) { element in
                for key in keys where key.effect == .restart { key.copy(&element, former) }
            }
        }
    }

    // MARK: Values

    private func blank(_ name: String, standard: GatewayConfiguration) -> Element {
        switch home {
        case .once(let path): standard[keyPath: path]
        case .named(let sections): sections.blank(name, standard)
        }
    }

    /// Of the sections that are there; the one of a section that stands once is nil.
    private func names(in configuration: GatewayConfiguration) -> [String?] {
        switch home {
        case .once: [nil]
        case .named(let sections): configuration[keyPath: sections.list].map { $0[keyPath: sections.name] }
        }
    }

    private func element(_ name: String?, in configuration: GatewayConfiguration) -> Element? {
        switch home {
        case .once(let path): configuration[keyPath: path]
        case .named(let sections):
            configuration[keyPath: sections.list].first { $0[keyPath: sections.name] == name }
        }
    }

    private func change(
        _ name: String?, in configuration: inout GatewayConfiguration, _ body: (inout Element) -> Void
    ) {
        switch home {
        case .once(let path): body(&configuration[keyPath: path])
        case .named(let sections):
            let list = configuration[keyPath: sections.list]
            guard let index = list.firstIndex(where: { $0[keyPath: sections.name] == name }) else { return }
            body(&configuration[keyPath: sections.list][index])
        }
    }
}
