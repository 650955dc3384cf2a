/// The text format of Prometheus, version 0.0.4.
enum Exposition {
    struct Sample: Equatable, Sendable {
        /// The values of the metric's labels, in their order.
        let labels: [String]
        let value: Double

        init(_ labels: [String], _ value: Double) {
            self.labels = labels
            self.value = value
        }
    }

    /// A metric and its samples; empty without samples.
    static func text(of metric: Metric, _ samples: [Sample]) -> String {
        guard !samples.isEmpty else { return "" }
        let name = metric.rawValue
        let head = "# HELP \(name) \(escaped(metric.help))\n# TYPE \(name) \(metric.kind.rawValue)\n"
        return samples.reduce(into: head) { text, sample in
            let labels = zip(metric.labels, sample.labels).map { "\($0)=\"\(quotable($1))\"" }.joined(separator: ",")
            text += name + (labels.isEmpty ? "" : "{\(labels)}") + " \(number(sample.value))\n"
        }
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    }

    private static func quotable(_ text: String) -> String { escaped(text).replacing("\"", with: "\\\"") }

    private static func number(_ value: Double) -> String {
        Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    }
}
