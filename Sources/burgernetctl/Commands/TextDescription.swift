// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore

/// What an action says, as a block of lines: each text as it is sent and as it is spoken.
func describe(_ texts: TextReport) -> [String] {
    var table = Table(["", ""], minimumWidths: [10])
    let message = texts.pieces.filter { $0.place != "sms" }
    if !message.isEmpty {
        table.add([
            "Message", "\(lengthOfTime(milliseconds: texts.promptMilliseconds)), in \(printable(texts.language))",
        ])
    }
    for piece in message {
        if let text = piece.text {
            table.add(["  text", printable(text)])
            if let spoken = piece.spoken, spoken != text { table.add(["  spoken", printable(spoken)]) }
        } else if let recording = piece.recording {
            table.add(["  plays", printable(recording) + (piece.spoken.map { ": \(printable($0))" } ?? "")])
        } else if let pause = piece.pause {
            table.add(["  pause", lengthOfTime(milliseconds: pause)])
        }
    }
    if let text = texts.pieces.first(where: { $0.place == "sms" })?.text {
        let segments = texts.segments.map { ", \(counted($0, "segment")) for each recipient" } ?? ""
        table.add(["SMS", counted(text.count, "character") + segments])
        table.add(["  text", printable(text)])
    }
    let channels = texts.channels.sorted { $0.key > $1.key }
    if !channels.isEmpty {
        table.add([
            "Recipients",
            channels.map { "\($0.value) by \($0.key == "sms" ? "SMS" : printable($0.key))" }.joined(separator: ", "),
        ])
    }
    return table.lines(withHeadings: false)
}

/// `warning: message[1]: ...`
func describe(_ finding: TextReport.Finding) -> String {
    let place = finding.place.isEmpty ? "" : "\(finding.place): "
    return printable("\(finding.severity): \(place)\(finding.text)")
}
