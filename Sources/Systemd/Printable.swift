extension String {
    /// The text with every control character except tab and line feed replaced by `\u{FFFD}`.
    ///
    /// Messages quote text from other programs and people, and a terminal would act on these characters.
    package var printable: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control where scalar != "\t" && scalar != "\n": "\u{FFFD}"
                    default: scalar
                    }
                }
            )
        )
    }
}
