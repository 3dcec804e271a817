// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// The layouts in which CDRs leave. docs/cdr-format.md is the contract.
package enum CDRFormat: String, Sendable, CaseIterable {
    /// Every column, with a header line.
    case native
    /// Asterisk's `cdr_csv` (Master.csv), without header. Usage alone: it has no column for an amount.
    case asterisk
    /// The `example` template of FreeSWITCH's mod_cdr_csv, without header. Usage alone.
    case freeswitch
}

/// Writes CDRs as lines of CSV, one at a time, without their line ends.
package struct CDRExporter: Sendable {
    package let format: CDRFormat
    package let locale: CSVLocale

    package init(format: CDRFormat, locale: CSVLocale = .plain) {
        self.format = format
        self.locale = locale
    }

    /// nil: the format has none.
    package var header: String? {
        switch format {
        case .native: CDRColumn.nativeNames.joined(separator: locale == .dutch ? ";" : ",")
        case .asterisk, .freeswitch: nil
        }
    }

    /// Whether the format has a line for it.
    package func includes(_ cdr: CallDetailRecord) -> Bool {
        switch format {
        case .native: true
        case .asterisk, .freeswitch: cdr.ledger.kind == .usage
        }
    }

    package func line(for cdr: CallDetailRecord) -> String {
        var bytes: [UInt8] = []
        append(cdr, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The line as UTF-8, behind what is there.
    package func append(_ cdr: CallDetailRecord, to bytes: inout [UInt8]) {
        var line = CSVLine(bytes, locale: locale)
        bytes = []
        switch format {
        case .native: NativeLayout.append(cdr, to: &line)
        case .asterisk: AsteriskLayout.append(cdr, to: &line)
        case .freeswitch: FreeSwitchLayout.append(cdr, to: &line)
        }
        bytes = line.bytes
    }
}
