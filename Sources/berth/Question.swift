import ArgumentParser
import Deploy
import SystemPackage

/// A command that asks: it finds an answer and prints nothing itself.
protocol Question: ParsableCommand, Sendable {
    associatedtype Found: Answer

    var options: AnswerOptions { get }

    /// - Throws: why there is no answer. It goes to standard error, and its cause gives the exit code.
    func answer(on host: Host) async throws -> Found
}

/// What a question has found: it encodes as JSON and says the same in lines.
protocol Answer: Encodable, Sendable {
    func passages(_ moments: Moments) -> [Passage]
    /// The same as JSON, which a terminal can show.
    func json() throws -> String
    var exitStatus: ExitStatus { get }
}

/// A piece of what an answer says to a person.
enum Passage: Equatable {
    case heading(String, Tone = .plain)
    case line(String, Tone = .plain)
    case table(Table)
}

/// What every question takes.
struct AnswerOptions: ParsableArguments {
    @Flag(help: "Print JSON.")
    var json = false
}

/// Where the settings are.
struct SettingsOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The settings; conf.d/*.toml beside it are read too.", valueName: "file"),
        completion: .file(extensions: ["toml"])
    )
    var config = "/etc/berth/berth.toml"

    func load() throws(SettingsError) -> Settings { try HostFile(FilePath(config)).load() }
}

extension Question {
    func run() {
        Runner.answer { host in
            let answer = try await answer(on: host)
            Terminal.say(try Render.text(answer, as: options.json ? .json : Terminal.format))
            return answer.exitStatus
        }
    }
}
