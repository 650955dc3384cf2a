import ArgumentParser
import Deploy
import Rules

/// How it is told what became of a deployment.
enum Report: Equatable {
    case text
    case json
    /// Markdown for a CI job's summary on standard output, and everything else on standard error.
    case summary

    /// Where what happens meanwhile is told; nil for nowhere.
    var stream: Terminal.Stream? {
        switch self {
        case .text: .output
        case .json: nil
        case .summary: .error
        }
    }

    /// - Parameter isWhole: false for the verdict and the evidence alone.
    func tell(_ record: Record, of reader: RecordReader, isWhole: Bool) throws {
        let answer = RecordAnswer(record: record, isWhole: isWhole)
        switch self {
        case .text: Terminal.say(try Render.text(answer, as: Terminal.format))
        case .json: Terminal.say(try Render.text(answer, as: .json))
        case .summary:
            Terminal.say(Summary(record: record, before: reader.lastGood(before: record.number)).markdown)
        }
        if Surroundings.isGitHubActions, let annotation = Annotation.text(record) { Terminal.complain(annotation) }
    }
}

/// What every command takes that tells what became of a deployment.
struct ReportOptions: ParsableArguments {
    @Flag(help: "Print JSON.")
    var json = false

    @Flag(
        help: """
            Print Markdown for the summary of a CI job, such as $GITHUB_STEP_SUMMARY; all else goes to standard error.
            """
    )
    var summary = false

    func validate() throws {
        guard !json || !summary else { throw ValidationError("give --json or --summary, not both") }
    }

    var report: Report { json ? .json : summary ? .summary : .text }
}
