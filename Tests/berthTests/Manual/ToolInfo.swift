import ArgumentParser
import FoundationEssentials

@testable import berth

/// What ArgumentParser knows of the program (`berth --experimental-dump-help`).
struct ToolInfo: Decodable {
    let command: Command

    struct Command: Decodable {
        let commandName: String
        let abstract: String?
        let discussion: String?
        let defaultSubcommand: String?
        let subcommands: [Command]?
        let arguments: [Argument]?
        let shouldDisplay: Bool
    }

    struct Argument: Decodable {
        enum Kind: String, Decodable { case positional, option, flag }

        struct Name: Decodable {
            enum Kind: String, Decodable { case long, short, longWithSingleDash }

            let kind: Kind
            let name: String

            var text: String { (kind == .long ? "--" : "-") + name }
        }

        let kind: Kind
        let shouldDisplay: Bool
        let isOptional: Bool
        let isRepeating: Bool
        let names: [Name]?
        let preferredName: Name?
        let valueName: String?
        let defaultValue: String?
        let abstract: String?
        let discussion: String?
        let completionKind: CompletionKind?
    }

    /// `custom`, `file`, …: how a shell completes the value.
    struct CompletionKind: Decodable {
        let name: String

        private struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init?(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            name = try decoder.container(keyedBy: Key.self).allKeys.first?.stringValue ?? ""
        }
    }

    /// The root of the command line, without hidden parts.
    static func berth() throws -> Command {
        try JSONDecoder().decode(ToolInfo.self, from: Data(Berth._dumpHelp().utf8)).command
    }
}

extension ToolInfo.Command {
    /// The commands that help lists, but for `help` itself.
    var commands: [ToolInfo.Command] { (subcommands ?? []).filter { $0.shouldDisplay && $0.commandName != "help" } }

    var visibleArguments: [ToolInfo.Argument] { (arguments ?? []).filter(\.shouldDisplay) }

    var pageName: String { "berth-\(commandName)" }
}
