extension String {
    /// The text without what a terminal would act on: control characters but the tab and the line feed become `\u{FFFD}`.
    ///
    /// A message quotes what other programs and other people have written.
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
