using System.Buffers.Text;
using System.Text.Json;

namespace Streaming.Consumer.Decoding;

/// <summary>What a record is that is not one JSON object in UTF-8, where that can be seen, so that an operator knows what to change in the producer.</summary>
internal static class RecordShape
{
    public const string Empty = "the record is empty";
    public const string Aggregate = "a KPL aggregate; switch aggregation off in the producer";
    public const string Gzip = "gzip; records must not be compressed";
    public const string Zstd = "zstd; records must not be compressed";
    public const string Utf16 = "UTF-16 text";
    public const string Several = "several JSON values in one record; put one object a record";
    public const string Array = "a JSON array; put one object a record";
    public const string EncodedTwice = "a JSON string that holds JSON: it was encoded twice";
    public const string Scalar = "a JSON value that is no object";
    public const string Base64OfJson = "base64 text of JSON: it was encoded twice";

    /// <summary>Some writers put it before UTF-8.</summary>
    public static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Null if it is none of the known.</summary>
    public static string? Of(ReadOnlySpan<byte> data)
    {
        if (data.Trim(" \t\r\n"u8).IsEmpty) return Empty;
        if (data.StartsWith((ReadOnlySpan<byte>)[0xF3, 0x89, 0x9A, 0xC2])) return Aggregate;
        if (data.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B])) return Gzip;
        if (data.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD])) return Zstd;
        if (IsUtf16(data)) return Utf16;
        return OfJson(data.StartsWith(ByteOrderMark) ? data[ByteOrderMark.Length..] : data) ?? (IsBase64OfJson(data) ? Base64OfJson : null);
    }

    // With a mark at its beginning, or by the zero beside its first character.
    private static bool IsUtf16(ReadOnlySpan<byte> data) => data.Length >= 2
        && ((data[0], data[1]) is (0xFF, 0xFE) or (0xFE, 0xFF)
            || (data[1] == 0 && data[0] is (byte)'{' or (byte)'[' or (byte)' ')
            || (data[0] == 0 && data[1] is (byte)'{' or (byte)'[' or (byte)' '));

    private static string? OfJson(ReadOnlySpan<byte> data)
    {
        var reader = new Utf8JsonReader(data, new JsonReaderOptions { AllowMultipleValues = true });
        try
        {
            reader.Read();
            string? first = reader.TokenType switch
            {
                JsonTokenType.StartObject => null,
                JsonTokenType.StartArray => Array,
                JsonTokenType.String => reader.GetString()!.TrimStart() is ['{' or '[', ..] ? EncodedTwice : Scalar,
                _ => Scalar,
            };
            reader.Skip();
            int more = 0;
            for (; reader.Read(); more++) reader.Skip();
            return more > 0 ? Several : first;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static bool IsBase64OfJson(ReadOnlySpan<byte> data)
    {
        Span<byte> start = stackalloc byte[3];
        return data.Length >= 4 && Base64.IsValid(data)
            && Base64.DecodeFromUtf8(data[..4], start, out _, out int length) == System.Buffers.OperationStatus.Done
            && start[..length] is [(byte)'{' or (byte)'[', ..];
    }
}
