/// The last elements of a sequence of any length.
struct Tail<Element> {
    private let limit: Int
    private(set) var elements: [Element] = []

    init(_ limit: Int) {
        self.limit = limit
    }

    mutating func append(_ element: Element) {
        if elements.count >= limit { elements.removeFirst(elements.count - limit + 1) }
        if limit > 0 { elements.append(element) }
    }
}
