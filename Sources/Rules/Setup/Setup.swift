/// What sets an app up: a list of steps, each with what it is about, and whether it is needed.
package struct Setup: Equatable, Sendable {
    /// One thing that must be so.
    package struct Item: Equatable, Sendable {
        package let subject: String
        /// What was found, or what is to be.
        package let text: String
        /// Nil if nothing is done: it is right, or a person must see to it.
        package let step: Step?
        /// Whether a person must see to it.
        package let isOpen: Bool

        static func right(_ subject: String, _ text: String) -> Item {
            Item(subject: subject, text: text, step: nil, isOpen: false)
        }

        static func open(_ subject: String, _ text: String) -> Item {
            Item(subject: subject, text: text, step: nil, isOpen: true)
        }

        static func needed(_ subject: String, _ text: String, _ step: Step) -> Item {
            Item(subject: subject, text: text, step: step, isOpen: false)
        }
    }

    package enum Step: Equatable, Sendable {
        case makeUser(String)
        /// Makes the spool, or gives the one that is there its owner, group and mode.
        case ownSpool(String, owner: String)
        /// Gives a file of the app's folder to group berth, and the group these rights more; without a name, the folder.
        case share(String?, UInt32)
        case write(String, text: String)
        case reloadAgent
    }

    package let items: [Item]

    package var steps: [Step] { items.compactMap(\.step) }
}

/// What is there before an app is set up.
package struct SetupFacts: Sendable {
    package let app: AppName
    /// Absolute.
    package let directory: String
    /// CI's user.
    package let user: String
    package var userExists = true
    /// Whether the user may run a command over ssh.
    package var userHasShell = true
    /// For the settings, if they are to name another one than the default.
    package var registry: String?
    /// Nil if there is none.
    package var folder: File?
    package var environment: File?
    /// Those that Compose finds.
    package var composeFiles: [File] = []
    /// The spool where the settings have it.
    package var spool: FileFacts?
    /// What the settings already say of the app.
    package var known: Known?
    /// The file that is to hold the app's settings, and whether it is there.
    package let settingsFile: String
    package var hasSettingsFile = false
    package var agentRuns = true
    /// The groups of user berth.
    package var groups: Set<String> = ["berth", "docker"]

    package init(app: AppName, directory: String, user: String, settingsFile: String) {
        self.app = app
        self.directory = directory
        self.user = user
        self.settingsFile = settingsFile
    }

    /// A file or folder that user berth must be able to read.
    package struct File: Sendable {
        /// In the app's folder; nil for the folder itself.
        package let name: String?
        package let facts: FileFacts
        /// How many names the file has.
        package let links: UInt64
        /// Whether its group is that of its owner alone, or of root.
        package let hasOwnGroup: Bool

        package init(name: String?, facts: FileFacts, links: UInt64, hasOwnGroup: Bool) {
            self.name = name
            self.facts = facts
            self.links = links
            self.hasOwnGroup = hasOwnGroup
        }
    }

    package struct Known: Sendable {
        package let directory: String
        package let spool: String
        package let readers: [String]
        package let registry: String

        package init(directory: String, spool: String, readers: [String], registry: String) {
            self.directory = directory
            self.spool = spool
            self.readers = readers
            self.registry = registry
        }
    }

    private var defaultSpool: String { "/var/spool/berth/\(app)" }

    /// Where CI drops.
    package var spoolPath: String { known?.spool ?? defaultSpool }
}

extension SetupFacts {
    /// What is to be done.
    ///
    /// - Throws: why nothing may be done.
    package func setup() throws(Failure) -> Setup {
        guard let folder else {
            throw refusal(
                "folder \(directory)",
                "does not exist",
                "make it first, with the app's Compose file and .env"
            )
        }
        guard folder.facts.kind == .folder else {
            throw refusal(directory, "is no folder", "name the folder with the app's Compose file")
        }
        let settings = try settings()
        return Setup(items: [userItem, spoolItem] + files(folder) + [settings, agent(after: settings)])
    }

    private func refusal(_ subject: String, _ problem: String, _ hint: String) -> Failure {
        Failure(.setupRefused, subject, problem, hint: hint)
    }

    private var userItem: Setup.Item {
        let subject = "user \(user)"
        guard userExists else {
            return .needed(subject, "is made, with a home and without a password", .makeUser(user))
        }
        return userHasShell
            ? .right(subject, "is there")
            : .open(subject, "has a shell that runs nothing, so ssh cannot: usermod --shell /bin/sh \(user)")
    }

    private var spoolItem: Setup.Item {
        let subject = "spool \(spoolPath)"
        guard spoolPath == defaultSpool else { return .right(subject, "is where the settings say, and stays as it is") }
        let wanted = "\(user):berth, mode 2770"
        guard let spool else { return .needed(subject, "is made: \(wanted)", .ownSpool(spoolPath, owner: user)) }
        guard spool.kind == .folder else { return .open(subject, "is no folder: remove it, and run berth init again") }
        if spool.owner == user, spool.group == "berth", spool.mode == 0o2770 { return .right(subject, "is \(wanted)") }
        return .needed(subject, "becomes \(wanted)", .ownSpool(spoolPath, owner: user))
    }

    // MARK: - Files

    private func files(_ folder: File) -> [Setup.Item] {
        var items = [item(folder, 0o5)]
        if let environment {
            items.append(item(environment, 0o4))
        } else {
            let text = "is missing: write the app's runtime settings there; each drop is refused until then"
            items.append(.open("\(directory)/.env", text))
        }
        if composeFiles.isEmpty {
            let text = "is missing: put it there, or let CI deliver it with rsync --chmod=F644 before the first drop"
            items.append(.open("\(directory)/compose.yaml", text))
        }
        return items + composeFiles.map { item($0, 0o4) }
    }

    /// - Parameter rights: what user berth needs, as in a digit of the mode.
    private func item(_ file: File, _ rights: UInt32) -> Setup.Item {
        let facts = file.facts
        let subject = facts.path
        let byHand = "it is left alone: see that user berth can read it"
        switch facts.kind {
        // Where a link leads, its maker decides, who may be another user than the owner of the file there.
        case .link: return .open(subject, "is a symbolic link, and \(byHand)")
        case .other: return .open(subject, "is neither a file nor a folder, and \(byHand)")
        case .file, .folder: break
        }
        if facts.gives(rights, to: "berth", in: groups) { return .right(subject, "can be read by user berth") }
        // Any user can give any file a second name in a folder of his own, if the kernel does not forbid it.
        if facts.kind == .file, file.links > 1 { return .open(subject, "has \(file.links) names, and \(byHand)") }
        guard facts.group == "berth" || file.hasOwnGroup || facts.mode & 0o070 == 0 else {
            return .open(
                subject,
                "belongs to group \(facts.group), which would lose it, and \(byHand), by setfacl -m u:berth:\(words(rights))"
            )
        }
        let text = "group berth gets \(words(rights)) (before: \(facts.group), mode \(facts.octal))"
        return .needed(subject, text, .share(file.name, rights << 3))
    }

    private func words(_ rights: UInt32) -> String { rights == 0o5 ? "rx" : "r" }

    // MARK: - Settings

    private func settings() throws(Failure) -> Setup.Item {
        if let known { return try item(known) }
        guard !hasSettingsFile else {
            throw refusal(
                settingsFile,
                "is there, and does not name app \(app)",
                "move it away, or add the app by hand"
            )
        }
        var keys = [("directory", directory.inTOML), ("readers", "[\(user.inTOML)]")]
        if let registry { keys.append(("registry", registry.inTOML)) }
        let lines = ["[apps.\(app)]"] + keys.map { "\($0) = \($1)" }
        let names = keys.map(\.0).joined(separator: ", ")
        let text = lines.joined(separator: "\n") + "\n"
        return .needed(settingsFile, "is written: \(names)", .write(settingsFile, text: text))
    }

    private func item(_ known: Known) throws(Failure) -> Setup.Item {
        var others: [String] = []
        if known.directory != directory { others.append("directory \(known.directory)") }
        if !known.readers.contains(user) { others.append("readers \(known.readers)") }
        if let registry, registry != known.registry { others.append("registry \(known.registry)") }
        guard others.isEmpty else {
            throw refusal(
                "app \(app)",
                "is in the settings already, with \(others.joined(separator: ", "))",
                "change the settings by hand, or choose another name"
            )
        }
        return .right("settings of \(app)", "name this folder and this reader")
    }

    private func agent(after settings: Setup.Item) -> Setup.Item {
        guard agentRuns else { return .open("the agent", "does not run: systemctl enable --now berth") }
        guard settings.step != nil else { return .right("the agent", "runs") }
        return .needed("the agent", "reads the settings again", .reloadAgent)
    }
}

extension FileFacts {
    /// Whether the mode gives a user these rights, as in a digit of the mode.
    func gives(_ rights: UInt32, to user: String, in groups: Set<String>) -> Bool {
        let shift: UInt32 = owner == user ? 6 : groups.contains(group) ? 3 : 0
        return (mode >> shift) & rights == rights
    }
}

extension String {
    /// As a basic string of TOML.
    fileprivate var inTOML: String {
        "\"" + replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// The text with each such character replaced.
    private func replacing(_ character: Character, with text: String) -> String {
        map { $0 == character ? text : String($0) }.joined()
    }
}
