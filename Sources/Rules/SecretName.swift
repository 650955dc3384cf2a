/// Whether a variable's name says that its value is a secret.
package enum SecretName {
    package static func matches(_ name: String) -> Bool {
        let name = name.uppercased()
        // By bytes: with an accent after it, the last letter of a part would be another character.
        let bytes = Array(name.utf8)
        for place in bytes.indices where parts.contains(where: { bytes[place...].starts(with: $0) }) { return true }
        let words = Set(name.split { !$0.isLetter }.map(String.init))
        if words.contains("HASH"), words.isDisjoint(with: hashesOfContent) { return true }
        return !words.isDisjoint(with: wholeWords)
    }

    /// Telling anywhere in a name.
    private static let parts = [
        "TOKEN", "SECRET", "PASS", "PWD", "KEY", "CRED", "DSN", "SALT", "AUTH", "JWT", "COOKIE", "PRIVATE", "CERT",
    ].map { (part: String) in Array(part.utf8) }
    /// Too short to be looked for within words such as `SHIPPING`, `SIGNUP` or `INSIDE`.
    private static let wholeWords: Set<String> = ["PIN", "SID", "SIGN", "SIGNING", "SIGNATURE", "SK"]
    /// What a hash names a version of.
    private static let hashesOfContent: Set<String> = ["GIT", "COMMIT", "IMAGE", "BUILD", "FILE"]
}

extension Drop {
    /// The variables as a record may have them.
    ///
    /// - Parameter disclosed: the names that sound like secrets, and whose values the record may have all the same.
    package func recordable(disclosing disclosed: Set<String> = []) -> [String: String] {
        let hidden = secretNames.subtracting(disclosed)
        return variables.merging(hidden.map { ($0, Redaction.mark) }) { $1 }
    }

    /// The variables that sound like secrets and that a Compose file mentions: without their values, its release could not
    /// be put back.
    package func secrets(mentionedIn text: [UInt8]) -> Set<String> {
        guard !secretNames.isEmpty else { return [] }
        let words = text.split { !DropParser.isNameByte($0) }.map { String(decoding: $0, as: UTF8.self) }
        return secretNames.intersection(words)
    }
}
