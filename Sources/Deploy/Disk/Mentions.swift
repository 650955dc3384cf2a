// Pure: values in, values out.

/// Which of these names a text contains.
func mentionedNames(of names: Set<String>, in text: [UInt8]) -> Set<String> {
    let text = String(decoding: text, as: UTF8.self)
    return names.filter { text.contains($0) }
}
