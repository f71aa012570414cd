import JSONCoding

extension RPCCodec {
    /// A request or a notification as JSON text, without a newline.
    public static func encode(_ request: RPCRequest) -> [UInt8] {
        var bytes = Array(#"{"jsonrpc":"2.0","#.utf8)
        if let id = request.id {
            bytes += Array(#""id":"#.utf8)
            bytes += id.encoded
            bytes.append(UInt8(ascii: ","))
        }
        bytes += Array(#""method":"#.utf8)
        bytes += JSON.serialize(JSONNode(.string(request.method)))
        if let parameters = request.parameters {
            bytes += Array(#","params":"#.utf8)
            bytes += JSON.serialize(parameters)
        }
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    /// A notification whose parameters are encoded already.
    public static func encodeNotification(method: String, parameters: [UInt8]) -> [UInt8] {
        var bytes = Array(#"{"jsonrpc":"2.0","method":"#.utf8)
        bytes.reserveCapacity(parameters.count + method.utf8.count + 48)
        bytes += JSON.serialize(JSONNode(.string(method)))
        bytes += Array(#","params":"#.utf8)
        bytes += parameters
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    /// A response whose result is encoded already.
    public static func encodeResponse(id: RequestID?, outcome: Result<[UInt8], RPCError>) -> [UInt8] {
        var bytes = Array(#"{"jsonrpc":"2.0","id":"#.utf8)
        bytes += id?.encoded ?? Array("null".utf8)
        switch outcome {
        case .success(let result):
            bytes.reserveCapacity(bytes.count + result.count + 16)
            bytes += Array(#","result":"#.utf8)
            bytes += result
        case .failure(let error):
            bytes += Array(#","error":{"code":\#(error.code),"message":"#.utf8)
            bytes += JSON.serialize(JSONNode(.string(error.message)))
            if let data = error.data {
                bytes += Array(#","data":"#.utf8)
                bytes += JSON.serialize(data)
            }
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    /// The answers of a batch as one array.
    public static func encodeBatch(_ responses: [[UInt8]]) -> [UInt8] {
        var bytes: [UInt8] = [UInt8(ascii: "[")]
        bytes.reserveCapacity(responses.reduce(2) { $0 + $1.count + 1 })
        for (index, response) in responses.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += response
        }
        bytes.append(UInt8(ascii: "]"))
        return bytes
    }
}
