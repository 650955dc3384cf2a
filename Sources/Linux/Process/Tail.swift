/// The last elements of a sequence of any length.
package struct Tail<Element> {
    private let limit: Int
    package private(set) var elements: [Element] = []

    package init(_ limit: Int) {
        self.limit = limit
    }

    package mutating func append(_ element: Element) {
        guard limit > 0 else { return }
        if elements.count == limit { elements.removeFirst() }
        elements.append(element)
    }
}
