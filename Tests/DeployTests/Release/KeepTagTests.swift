import Testing

@testable import Deploy

@Suite struct KeepTagTests {
    @Test(arguments: [
        ("backend", "berth/shop/backend:7"), ("my-app.web_1", "berth/shop/my-app.web_1:7"),
        ("Backend", "berth/shop/0x4261636b656e64:7"), ("_a", "berth/shop/0x5f61:7"),
        ("a__b", "berth/shop/0x615f5f62:7"),
        ("0xab", "berth/shop/0x30786162:7"),
    ])
    func isAReferenceThatDockerTakes(service: String, reference: String) {
        #expect(KeepTag.reference(app: "shop", service: service, number: 7) == reference)
    }

    @Test func tellsWhatItStandsFor() {
        let parsed = KeepTag.parse(KeepTag.reference(app: "shop", service: "Backend", number: 12))
        #expect(parsed?.app == "shop")
        #expect(parsed?.number == 12)
    }

    @Test(arguments: [
        "berth/shop/backend", "berth/shop/backend:latest", "other/shop/backend:1", "berth/backend:1", "a:1", "",
    ])
    func isNobodyElsesName(reference: String) {
        #expect(KeepTag.parse(reference) == nil)
    }

    @Test func twoServicesNeverShareOne() {
        var generator = SplitMix(seed: 3)
        var services: [String: String] = [:]
        for _ in 0..<20_000 {
            let service = String(
                (0..<Int.random(in: 1...4, using: &generator)).compactMap { _ in
                    "aA0x_-.5".randomElement(using: &generator)
                }
            )
            let reference = KeepTag.reference(app: "shop", service: service, number: 1)
            #expect(services[reference, default: service] == service)
            services[reference] = service
        }
    }
}
