extension SetupFacts {
    /// What is to be done.
    ///
    /// - Throws: why nothing may be done.
    package func setup() throws(Failure) -> Setup {
        if let realDirectory, realDirectory != directory {
            // Another user may have made the link, and may change it.
            let problem = "is reached by a symbolic link, which init does not follow"
            throw refusal("folder \(directory)", problem, "name \(realDirectory) itself, if that is the app's folder")
        }
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
        guard userHasShell else {
            return .open(subject, "has a shell that runs nothing, so ssh cannot: usermod --shell /bin/sh \(user)")
        }
        if let power = userGroups.lazy.compactMap(GroupPower.init).max() {
            return .open(subject, "\(power.sentence): give CI a user of its own, by --user deploy-\(app)")
        }
        guard otherApps.isEmpty else {
            let names = otherApps.map(\.description).joined(separator: ", ")
            let text =
                "also drops for \(names), so CI's key for \(app) could too, if not for the command before the key: "
                + "give \(app) a user of its own, by --user deploy-\(app)"
            return .open(subject, text)
        }
        return .right(subject, "is there")
    }

    private var spoolItem: Setup.Item {
        let subject = "spool \(spoolPath)"
        guard spoolPath == defaultSpool else {
            guard spool != nil else {
                return .open(subject, "is missing: install -d -o \(user) -g berth -m 2770 \(spoolPath)")
            }
            return .right(subject, "is where the settings say, and stays as it is")
        }
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
        let hint = "setfacl -m u:berth:\(words(rights))"
        if let isListed = file.isListed {
            // Its mode no longer says what a group may do, and a change of it changes what all in the list may.
            return isListed
                ? .right(subject, "can be read by user berth, as its access control list says")
                : .open(subject, "has an access control list without user berth, and \(byHand), by \(hint)")
        }
        if facts.gives(rights, to: "berth", in: groups) { return .right(subject, "can be read by user berth") }
        // Any user can give any file a second name in a folder of his own, if the kernel does not forbid it.
        if facts.kind == .file, file.links > 1 { return .open(subject, "has \(file.links) names, and \(byHand)") }
        if facts.kind == .file, facts.mode & 0o6000 != 0 {
            return .open(subject, "has mode \(facts.octal), which runs it as another user, and \(byHand), by \(hint)")
        }
        guard facts.group == "berth" || file.isItsOwnersAlone || facts.mode & 0o070 == 0 else {
            return .open(subject, "belongs to group \(facts.group), which would lose it, and \(byHand), by \(hint)")
        }
        let verb = rights == 0o5 ? "list and enter" : "read"
        let text = "is given to group berth, to \(verb) it (before: group \(facts.group), mode \(facts.octal))"
        return .needed(subject, text, .share(file, rights << 3))
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

extension SetupFacts.File {
    /// Whether its group gives a right to no user but its owner, and root.
    var isItsOwnersAlone: Bool {
        [facts.owner, "root"].contains(facts.group) && members.isSubset(of: [facts.owner, "root"])
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
