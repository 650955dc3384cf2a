import DockerModel

/// The content of a `.env.deploy`: variables for Compose, a credential for the registry, directives for berth.
package struct Drop: Sendable {
    /// What Compose gets in addition to the app's own `.env`, without the credential and the directives.
    package var variables: [String: String]
    /// CI's registry login for this pull; nil if the host's own logins are to be used.
    package var credential: RegistryCredential?
    /// CI's own name for this drop (`BERTH_REQUEST`).
    package var request: String?
    /// The person who dropped it, as the drop says (`BERTH_BY`).
    package var by: String?
    package var directives: Directives
    /// Whether its file belongs to root, and so not to CI.
    package var isFromRoot = false
    /// A person who holds an app must still be able to put an older release back; CI must not.
    package var passesHold: Bool { isFromRoot && directives.rollbackTo != nil }
    /// The variables whose names sound like secrets; their values are kept in no record and shown in no log.
    package var secretNames: Set<String> { Set(variables.keys.filter(SecretName.matches)) }

    /// An interrupted deployment's drop, from its record; the credential is lost.
    package init(variables: [String: String], directives: Directives) {
        self.variables = variables
        self.directives = directives
    }

    /// Parses a drop.
    ///
    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - registry: the registry that the credential is for.
    ///   - credential: the names of the variables that carry the credential.
    ///   - allowed: the names that the settings allow; nil allows every name that is not barred.
    /// - Throws: the first reason to refuse the whole drop; no part of it may then be used.
    package init(
        parsing bytes: [UInt8],
        registry: String,
        credential names: CredentialNames = .github,
        allowed: Set<String>? = nil
    ) throws(DropRefusal) {
        var sorter = Sorter(names: names, allowed: allowed)
        let (assignments, refusal) = DropParser.parse(bytes)
        for assignment in assignments where assignment.line < refusal?.line ?? .max { try sorter.take(assignment) }
        if let refusal { throw refusal }
        guard !assignments.isEmpty else {
            // So is a file that was not on the disk yet when the power was cut.
            guard !bytes.isEmpty else {
                throw DropRefusal(
                    problem: "is empty",
                    hint: "drop it again; if it is empty again, see what CI writes into the file"
                )
            }
            throw DropRefusal(
                problem: "no line is NAME=VALUE",
                hint: "name the release to run, as in IMAGE_TAG=v2; see what CI wrote into the file"
            )
        }
        variables = sorter.variables
        request = sorter.request
        by = sorter.by
        directives = sorter.directives
        credential = try sorter.credential(for: registry)
        if directives.rollbackTo != nil, let name = variables.keys.min() {
            throw DropRefusal(
                .directiveInvalid,
                problem: "BERTH_ROLLBACK_TO is combined with the variable \(name)",
                hint: "a rollback uses the older release's own variables: leave out all others"
            )
        }
    }

    /// CI's name for this drop, even if the drop is refused because of another line.
    package static func request(in bytes: [UInt8]) -> String? { word(.request, in: bytes) }

    /// The person whom the drop names, even if it is refused because of another line.
    package static func by(in bytes: [UInt8]) -> String? { word(.by, in: bytes) }

    /// Whether it may stand in `BERTH_REQUEST` and `BERTH_BY`: 1 to 128 printable ASCII characters without spaces.
    package static func isWord(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    private static func word(_ directive: Directive, in bytes: [UInt8]) -> String? {
        let last = DropParser.parse(bytes).assignments.last { $0.name == directive.rawValue }
        return last.flatMap { isWord($0.value) ? $0.value : nil }
    }
}

/// The names of the two variables by which a drop lends CI's registry login.
package struct CredentialNames: Equatable, Sendable {
    package let user: String
    package let token: String

    package init(user: String, token: String) {
        self.user = user
        self.token = token
    }

    package static let github = CredentialNames(user: "GITHUB_ACTOR", token: "GITHUB_TOKEN")
}

private struct Sorter {
    let names: CredentialNames
    let allowed: Set<String>?
    var variables: [String: String] = [:]
    var request: String?
    var by: String?
    var directives = Directives()
    private var actor: String?
    private var token: Assignment?

    init(names: CredentialNames, allowed: Set<String>?) {
        self.names = names
        self.allowed = allowed
    }

    /// Sorts one assignment; if a name comes twice, the last one wins, as with `export`.
    mutating func take(_ assignment: Assignment) throws(DropRefusal) {
        switch assignment.name {
        case names.user: actor = assignment.value
        case names.token: token = assignment
        case let name where name.hasPrefix(Directive.prefix): try obey(assignment)
        case let name:
            try admit(name, line: assignment.line)
            variables[name] = assignment.value
        }
    }

    private mutating func obey(_ assignment: Assignment) throws(DropRefusal) {
        switch Directive(rawValue: assignment.name) {
        case .request: request = try Self.word(assignment, hint: "use the CI run's number or URL")
        case .by: by = try Self.word(assignment, hint: "use the person's user name")
        case .rollbackTo: directives.rollbackTo = try Self.target(assignment)
        case .rollback:
            try Self.require("never", of: assignment)
            directives.mayRollBack = false
        case .force:
            try Self.require("1", of: assignment)
            directives.isForced = true
        case nil:
            let names = Directive.allCases.map(\.rawValue)
            throw DropRefusal(
                .directiveInvalid,
                line: assignment.line,
                problem: "\(assignment.name) is an unknown directive",
                hint: "the directives are \(names.dropLast().joined(separator: ", ")) and \(names.last ?? "")"
            )
        }
    }

    func credential(for registry: String) throws(DropRefusal) -> RegistryCredential? {
        guard let token else { return nil }
        guard !token.value.isEmpty else {
            throw DropRefusal(
                .credentialIncomplete,
                line: token.line,
                problem: "\(names.token) is empty",
                hint: "check the CI job's secret, or remove the line to use the host's own logins"
            )
        }
        guard let actor, !actor.isEmpty else {
            throw DropRefusal(
                .credentialIncomplete,
                line: token.line,
                problem: "\(names.token) is set without \(names.user)",
                hint: "set \(names.user) to the user that the token belongs to"
            )
        }
        return RegistryCredential(registry: registry, username: actor, secret: Secret(token.value))
    }

    private func admit(_ name: String, line: Int) throws(DropRefusal) {
        if let reason = BarredNames.reason(for: name) {
            throw DropRefusal(
                .nameBarred,
                line: line,
                problem: "a drop may not set \(name): \(reason)",
                hint: "set it in the app's .env or rename the variable"
            )
        }
        if let allowed, !allowed.contains(name) {
            throw DropRefusal(
                .nameNotAllowed,
                line: line,
                problem: "\(name) is not one of the app's variables",
                hint: "add it to variables in the app's settings, or leave it out of the CI job's drop"
            )
        }
    }

    private static func target(_ assignment: Assignment) throws(DropRefusal) -> Directives.RollbackRequest {
        guard let target = Directives.RollbackRequest(coded: assignment.value) else {
            throw DropRefusal(
                .directiveInvalid,
                line: assignment.line,
                problem: "BERTH_ROLLBACK_TO is not a deployment's number",
                hint: "write a deployment's number, or previous"
            )
        }
        return target
    }

    /// A directive has exactly one valid value: berth does not guess at any other.
    private static func require(_ value: String, of assignment: Assignment) throws(DropRefusal) {
        guard assignment.value == value else {
            throw DropRefusal(
                .directiveInvalid,
                line: assignment.line,
                problem: "\(assignment.name) must be \(value)",
                hint: "write \(assignment.name)=\(value), or remove the line"
            )
        }
    }

    private static func word(_ assignment: Assignment, hint: String) throws(DropRefusal) -> String {
        guard Drop.isWord(assignment.value) else {
            throw DropRefusal(
                .directiveInvalid,
                line: assignment.line,
                problem: "\(assignment.name) must be 1 to 128 printable ASCII characters without spaces",
                hint: hint
            )
        }
        return assignment.value
    }
}
