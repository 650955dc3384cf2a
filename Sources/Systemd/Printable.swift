extension String {
    /// The text in one line, as it may stand in a message: text of other programs and people can neither steer a terminal
    /// nor pretend to be a line of its own.
    ///
    /// A line break becomes `⏎`, unless it is the last character; every other control character except tab becomes
    /// `\u{FFFD}`.
    package var printable: String {
        var text = ""
        var pending = ""
        for character in self {
            if character.isLineBreak {
                pending += "⏎"
                continue
            }
            text += pending
            pending = ""
            for scalar in character.unicodeScalars {
                text.unicodeScalars.append(scalar.steersTerminals && scalar != "\t" ? "\u{FFFD}" : scalar)
            }
        }
        return text
    }
}

extension Character {
    /// Whether `journalctl` or a terminal may begin a new line after it.
    fileprivate var isLineBreak: Bool { ["\n", "\r\n", "\u{2028}", "\u{2029}"].contains(self) }
}

extension Unicode.Scalar {
    /// Whether a terminal acts on it instead of showing it: control characters, and those that change the direction in
    /// which text is read, by which a line can look like another one.
    package var steersTerminals: Bool {
        switch value {
        case 0...0x1F, 0x7F...0x9F, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
