import DockerModel
import Rules

extension FuzzTarget {
    /// A drop is parsed and sorted, written anew, and parsed again.
    static let drop = FuzzTarget("drop") { bytes in
        let (assignments, refusal) = DropParser.parse(bytes)
        try checkAssignments(assignments)
        try checkChange(of: bytes, assignments, refusal)
        let registry = "registry.example"
        let drop: Drop
        do throws(DropRefusal) {
            drop = try Drop(parsing: bytes, registry: registry)
        } catch {
            try checkRefusal(error, of: bytes, assignments)
            return
        }
        try hold("an accepted drop has no line to refuse", refusal == nil)
        try checkDrop(drop, of: bytes)
        let written = canonical(drop)
        guard written.count <= DropParser.sizeLimit else { return }
        let again = try Drop(parsing: written, registry: registry)
        try hold("a drop that was written anew says the same", again.isSame(as: drop))
    }

    private static func checkAssignments(_ assignments: [Assignment]) throws {
        try hold("there are no more assignments than the limit", assignments.count <= DropParser.countLimit)
        try hold(
            "assignments come in line order",
            zip(assignments, assignments.dropFirst()).allSatisfy { $0.line < $1.line }
        )
        for assignment in assignments {
            try hold("a shell can export \(assignment.name)", DropParser.isExportable(Array(assignment.name.utf8)))
            let isOneLine = assignment.value.utf8.allSatisfy { $0 != 0 && $0 != UInt8(ascii: "\n") }
            try hold("a value is one line", isOneLine)
        }
    }

    /// What `berth receive` does to a drop: it sets a name, and changes nothing else.
    private static func checkChange(of bytes: [UInt8], _ before: [Assignment], _ refusal: DropRefusal?) throws {
        let (name, value) = ("BERTH_BY", "alice")
        let changed = DropParser.setting(name, to: value, in: bytes)
        guard changed.count <= DropParser.sizeLimit, before.count < DropParser.countLimit else { return }
        let (after, refusalAfter) = DropParser.parse(changed)
        try hold("the name is set once", after.filter { $0.name == name }.map(\.value) == [value])
        try hold("nothing else is changed", after.filter { $0.name != name } == before.filter { $0.name != name })
        try hold("the same line is refused", refusalAfter == refusal)
        try hold("the drop is still by alice", Drop.by(in: changed) == value)
    }

    private static func checkRefusal(_ refusal: DropRefusal, of bytes: [UInt8], _ assignments: [Assignment]) throws {
        try hold("a refusal names a line of the drop", refusal.line.map { 1...bytes.count + 1 ~= $0 } ?? true)
        let names = Directive.allCases.map(\.rawValue)
        let values = Set(assignments.filter { !names.contains($0.name) }.map(\.line))
        let masked = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated().map {
            index,
            line in
            guard values.contains(index + 1), let equals = line.firstIndex(of: UInt8(ascii: "=")) else {
                return Array(line)
            }
            return line[...equals] + line[(equals + 1)...].map { $0 == UInt8(ascii: "\r") ? $0 : UInt8(ascii: "x") }
        }
        let other: DropRefusal?
        do throws(DropRefusal) {
            _ = try Drop(parsing: Array(masked.joined(separator: [UInt8(ascii: "\n")])), registry: "registry.example")
            other = nil
        } catch {
            other = error
        }
        try hold("a refusal does not depend on a value", other == refusal)
    }

    private static func checkDrop(_ drop: Drop, of bytes: [UInt8]) throws {
        for name in drop.variables.keys {
            try hold("\(name) is not barred", BarredNames.reason(for: name) == nil)
            try hold("\(name) is no directive", !name.hasPrefix(Directive.prefix))
            try hold(
                "\(name) is not the credential's",
                ![CredentialNames.github.user, CredentialNames.github.token].contains(name)
            )
        }
        try hold("a rollback has no variables", drop.directives.rollbackTo == nil || drop.variables.isEmpty)
        try hold("the request is found in the bytes", Drop.request(in: bytes) == drop.request)
        try hold("the person is found in the bytes", Drop.by(in: bytes) == drop.by)
        let recordable = drop.recordable()
        try hold("no secret is recordable", drop.secretNames.allSatisfy { recordable[$0] == Redaction.mark })
        try hold("all names are recordable", Set(recordable.keys) == Set(drop.variables.keys))
        let mentioned = drop.secrets(mentionedIn: bytes)
        try hold("a drop mentions each of its secrets", mentioned == drop.secretNames)
        let allowed = Set(drop.variables.keys.filter { $0.utf8.count.isMultiple(of: 2) })
        let strict = try? Drop(parsing: bytes, registry: "registry.example", allowed: allowed)
        try hold(
            "a drop has what the settings allow, or is refused",
            strict.map { Set($0.variables.keys) == allowed } ?? true
        )
    }

    /// With CR LF, because a value may end with a carriage return of its own.
    private static func canonical(_ drop: Drop) -> [UInt8] {
        var lines = drop.variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        if let credential = drop.credential {
            lines.append("\(CredentialNames.github.user)=\(credential.username)")
            lines.append("\(CredentialNames.github.token)=\(credential.secret.reveal())")
        }
        let directives: [(Directive, String?)] = [
            (.request, drop.request), (.by, drop.by), (.rollbackTo, drop.directives.rollbackTo?.coded),
            (.rollback, drop.directives.mayRollBack ? nil : "never"), (.force, drop.directives.isForced ? "1" : nil),
        ]
        lines += directives.compactMap { directive, value in value.map { "\(directive.rawValue)=\($0)" } }
        // A drop of a user name without a token has none of these.
        if lines.isEmpty { lines.append("\(CredentialNames.github.user)=x") }
        return lines.flatMap { Array($0.utf8) + Array("\r\n".utf8) }
    }
}

extension Drop {
    fileprivate func isSame(as other: Drop) -> Bool {
        variables.count == other.variables.count
            && variables.allSatisfy { other.variables[$0.key]?.isSame(as: $0.value) == true }
            && credential?.username == other.credential?.username
            && credential?.secret.reveal() == other.credential?.secret.reveal()
            && request == other.request && by == other.by && directives == other.directives
    }
}
