/// The page of one command: what its help says, in the sections of a manual.
struct CommandPage {
    let command: ToolInfo.Command
    /// Names of commands that its text may mention.
    let others: [String]

    var page: ManualPage {
        let help = ManualPage.Block.blocks(of: command.discussion ?? "")
        let (description, exitStatus) = Self.split(help)
        return ManualPage(
            name: command.pageName,
            part: 1,
            summary: Self.summary(command),
            sections: [
                ManualPage.Section("SYNOPSIS", [.paragraph(synopsis)]),
                ManualPage.Section("DESCRIPTION", [.paragraph(command.abstract ?? "")] + description),
                ManualPage.Section("OPTIONS", [.list(command.visibleArguments.filter(\.isOfPage).map(\.entry))]),
                ManualPage.Section("EXIT STATUS", exitStatus),
                ManualPage.Section("FILES", [.list(files)]),
                ManualPage.Section("SEE ALSO", [.paragraph(seeAlso)]),
            ].filter { !$0.isEmpty }
        )
    }

    /// The abstract as a part of a sentence.
    static func summary(_ command: ToolInfo.Command) -> String {
        let abstract = command.abstract ?? ""
        let sentence = abstract.hasSuffix(".") ? String(abstract.dropLast()) : abstract
        return sentence.prefix(1).lowercased() + sentence.dropFirst()
    }

    /// What tells of exit codes stands in a section of its own.
    private static func split(_ help: [ManualPage.Block]) -> (help: [ManualPage.Block], exitStatus: [ManualPage.Block])
    {
        let title = ManualPage.Block.paragraph("Exit codes:")
        if let index = help.firstIndex(of: title) { return (Array(help[..<index]), Array(help[(index + 1)...])) }
        guard case .paragraph(let text) = help.last, text.hasPrefix("The exit code") else { return (help, []) }
        return (help.dropLast(), help.suffix(1))
    }

    private var synopsis: String {
        let arguments = command.visibleArguments.filter { $0.isOfPage && !$0.isHelp }
        return (["`berth \(command.commandName)`"] + arguments.map(\.usage)).joined(separator: " ")
    }

    private var takesSettings: Bool { command.visibleArguments.contains { $0.preferredName?.name == "config" } }
    private var takesApp: Bool { command.visibleArguments.contains { $0.kind == .positional && $0.valueName == "app" } }
    private var isAboutDrops: Bool { (command.abstract ?? "").lowercased().contains("drop") }

    private var files: [ManualPage.Entry] {
        var files: [ManualPage.Entry] = []
        if takesSettings {
            files.append(ManualPage.Entry("`/etc/berth/berth.toml`, `/etc/berth/conf.d/*.toml`", "The settings."))
        }
        if takesApp, command.discussion?.contains("record") == true {
            files.append(ManualPage.Entry("`/var/lib/berth/<app>/deployments/<number>.json`", "The records."))
        }
        return files
    }

    private var seeAlso: String {
        let text = [command.abstract, command.discussion].compactMap { $0 }.joined(separator: "\n")
        let mentioned = others.filter { $0 != command.commandName && text.mentions("berth \($0)") }
        var pages = [("berth", 1)] + mentioned.map { ("berth-\($0)", 1) }
        if text.contains("journalctl") { pages.append(("journalctl", 1)) }
        if isAboutDrops { pages.append(("berth-drop", 5)) }
        if takesSettings { pages.append(("berth.toml", 5)) }
        pages.append(("berth-causes", 7))
        return pages.map { "`\($0)`(\($1))" }.joined(separator: ", ")
    }
}

extension String {
    /// Whether the words stand in the text, and do not go on there.
    fileprivate func mentions(_ words: String) -> Bool {
        ranges(of: words).contains { range in
            range.upperBound == endIndex || !(self[range.upperBound].isLetter || self[range.upperBound] == "-")
        }
    }
}

extension ManualPage.Section {
    fileprivate var isEmpty: Bool { blocks.isEmpty || blocks == [.list([])] }
}

extension ToolInfo.Argument {
    /// The version is that of the program; its page has the option.
    var isOfPage: Bool { preferredName?.name != "version" }
    var isHelp: Bool { preferredName?.name == "help" }

    private var value: String { "*\(valueName ?? "value")*" }

    /// How it stands in the synopsis.
    var usage: String {
        let usage =
            switch kind {
            case .positional: value
            case .flag: "`\(preferredName?.text ?? "")`"
            case .option: "`\(preferredName?.text ?? "")` \(value)"
            }
        return (isOptional ? "[\(usage)]" : usage) + (isRepeating ? " …" : "")
    }

    var entry: ManualPage.Entry {
        let names = (names ?? []).map { "`\($0.text)`" }.joined(separator: ", ")
        let term = kind == .positional ? value : kind == .flag ? names : "\(names) \(value)"
        var texts = [abstract, discussion].compactMap { $0 }
        if let defaultValue, kind == .option { texts.append("By default: `\(defaultValue)`.") }
        return ManualPage.Entry(term, texts.joined(separator: " "))
    }
}
