// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import ControlProtocol
import GatewayCore

/// The curve of an evaluation as inline SVG: who was reached, who was done, and who was to be done as foretold. Colours are
/// those of the page's style sheet; the table beside it says the same in figures.
struct ReachChart {
    let report: EvaluationReport
    let language: Language

    private static let width = 660
    private static let height = 220
    private static let left = 44
    private static let bottom = 24
    private static let top = 8
    private static let right = 8

    /// Of the style sheet, light and dark.
    static let style = """

        svg.chart { display: block; width: 100%; height: auto; margin: 3mm 0 1mm; break-inside: avoid; }
        svg.chart text { font: 10px "Liberation Sans", Arial, Helvetica, sans-serif; fill: #555; }
        svg.chart .grid { stroke: #ccd5de; stroke-width: 0.6; }
        svg.chart polyline { fill: none; stroke-width: 2; stroke-linejoin: round; }
        svg.chart .reached { stroke: #154273; }
        svg.chart .done { stroke: #6b7f94; stroke-width: 1.2; }
        svg.chart .plan { stroke: #a35a12; stroke-width: 1.2; stroke-dasharray: 5 3; }
        .legend { font-size: 8.5pt; color: #555; }
        .legend b { font-weight: 600; }
        .legend .reached { color: #154273; } .legend .done { color: #51657a; } .legend .plan { color: #8a4a0c; }
        .text { white-space: pre-wrap; overflow-wrap: anywhere; border-left: 1.5pt solid #ccd5de; padding-left: 3mm; margin: 0; }
        .mark { font-weight: 600; color: #a3121f; margin: 4mm 0 0; }
        @media (max-width: 600px) { .tiles { grid-template-columns: repeat(2, 1fr); } header { display: block; } \
        .scroll { overflow-x: auto; } }
        @media screen and (prefers-color-scheme: dark) {
          html { color: #e6e6e6; background: #15191e; }
          h1, h2, caption { color: #9cc4f0; }
          header, thead th { border-color: #9cc4f0; }
          th, dl.facts dt, .note, .legend, .explanation, .issuer, svg.chart text { color: #b5bec8; fill: #b5bec8; }
          .tiles li { background: #1f2731; color: #c9d1d9; border-color: #9cc4f0; }
          .tiles strong { color: #fff; }
          td { border-color: #38424d; }
          svg.chart .grid { stroke: #38424d; }
          svg.chart .reached { stroke: #7fb4ee; } svg.chart .done { stroke: #93a4b5; } svg.chart .plan { stroke: #e2a25c; }
          .legend .reached { color: #7fb4ee; } .legend .done { color: #a9b8c6; } .legend .plan { color: #e2a25c; }
          .mark { color: #ff9a9a; }
          .text { border-color: #38424d; }
        }
        """

    func lines() -> [String] {
        let end = max(1, [report.course.last?.milliseconds, report.plan?.course.last].compactMap { $0 }.max() ?? 1)
        let whole = max(1, report.recipients)
        let words = EvaluationWords(language: language)
        func x(_ milliseconds: Int) -> Int { Self.left + (Self.width - Self.left - Self.right) * milliseconds / end }
        func y(_ part: Int, of whole: Int) -> Int {
            Self.top + (Self.height - Self.top - Self.bottom) * (whole - part) / whole
        }
        func line(_ name: String, _ points: [(Int, Int)]) -> String {
            "<polyline class=\"\(name)\" points=\"\(points.map { "\($0.0),\($0.1)" }.joined(separator: " "))\"/>"
        }
        let label = HTMLPage.escaped(
            language(
                "Bereik in de tijd: \(words.share(report.reached, of: report.recipients)) bereikt, de helft van hen na "
                    + "\(words.duration(report.milestones.half)). De tabel hieronder heeft de cijfers.",
                "Reach over time: \(words.share(report.reached, of: report.recipients)) reached, half of them after "
                    + "\(words.duration(report.milestones.half)). The table below has the figures."))
        var lines = [
            "<svg class=\"chart\" viewBox=\"0 0 \(Self.width) \(Self.height)\" role=\"img\" aria-label=\"\(label)\">"
        ]
        for percent in stride(from: 0, through: 100, by: 25) {
            let height = y(percent, of: 100)
            lines.append(
                "<line class=\"grid\" x1=\"\(Self.left)\" x2=\"\(Self.width - Self.right)\" y1=\"\(height)\" y2=\"\(height)\"/>"
            )
            lines.append("<text x=\"\(Self.left - 6)\" y=\"\(height + 3)\" text-anchor=\"end\">\(percent)%</text>")
        }
        for part in 0...4 {
            let anchor = part == 0 ? "start" : (part == 4 ? "end" : "middle")
            let text = HTMLPage.escaped(part == 0 ? "0" : words.duration(end * part / 4))
            lines.append(
                "<text x=\"\(x(end * part / 4))\" y=\"\(Self.height - 8)\" text-anchor=\"\(anchor)\">\(text)</text>")
        }
        if let plan = report.plan, !plan.course.isEmpty {
            let points =
                [(x(0), y(0, of: 100))] + plan.course.enumerated().map { (x($1), y($0 + 1, of: plan.course.count)) }
            lines.append(line("plan", points))
        }
        lines.append(line("done", report.course.map { (x($0.milliseconds), y($0.done, of: whole)) }))
        lines.append(line("reached", report.course.map { (x($0.milliseconds), y($0.reached, of: whole)) }))
        lines.append("</svg>")
        let foretold =
            report.plan == nil ? "" : " · <b class=\"plan\">– –</b> " + language("klaar, voorspeld", "done, foretold")
        lines.append(
            "<p class=\"legend\"><b class=\"reached\">━━</b> " + language("bereikt", "reached")
                + " · <b class=\"done\">──</b> " + language("klaar", "done") + foretold + "</p>")
        return lines
    }
}
