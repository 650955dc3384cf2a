/// What a release uses an image for: `backend` is a service's own image, `backend:/assets` a volume of type `image`, and
/// `backend:pre_start.0` the first hook before its start.
package struct ImageUse: Identifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    /// The service's own image.
    package init(_ service: ServiceName) { rawValue = service.rawValue }

    /// An image that the service names beside its own.
    ///
    /// - Parameter place: a volume's target, or a hook's name and number.
    package init(_ service: ServiceName, at place: String) { rawValue = "\(service):\(place)" }

    /// The service that uses the image. No service's name has a colon.
    package var service: ServiceName { ServiceName(rawValue: String(rawValue.prefix { $0 != ":" })) }

    /// For messages: `service backend`, `service backend (/assets)`.
    package var inWords: String {
        isService ? "service \(self)" : "service \(service) (\(rawValue.dropFirst(service.rawValue.count + 1)))"
    }

    /// Whether it is the service's own image.
    package var isService: Bool { !rawValue.contains(":") }

    /// The image's name in a model, whether variables have been put into it or not; nil if the model does not have it.
    package func name(in model: JSON) -> String? {
        let service = model["services"][service.rawValue]
        guard !isService else { return service["image"].text }
        let place = rawValue.dropFirst(self.service.rawValue.count + 1)
        if let volume = service["volumes"].elements.first(where: { $0["target"].text == String(place) }) {
            return volume["source"].text
        }
        for hook in ComposeModel.hooks where place.hasPrefix("\(hook).") {
            let commands = service[hook].elements
            guard let index = Int(place.dropFirst(hook.count + 1)), commands.indices.contains(index) else { return nil }
            return commands[index]["image"].text
        }
        return nil
    }
}
