using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Streaming.Shared.Streams;

namespace Streaming.Consumer.Progress;

/// <summary>A sum as text, because JSON readers elsewhere lose digits of such integers.</summary>
internal sealed class Int128Text : JsonConverter<Int128>
{
    private const int MaxLength = 40;

    public override Int128 Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
        => Int128.Parse(reader.GetString() ?? "", CultureInfo.InvariantCulture);

    public override void Write(Utf8JsonWriter writer, Int128 value, JsonSerializerOptions options) => Write(writer, value);

    public static void Write(Utf8JsonWriter writer, Int128 value)
    {
        Span<byte> text = stackalloc byte[MaxLength];
        if (!value.TryFormat(text, out int length, default, CultureInfo.InvariantCulture)) throw new JsonException($"{value} is too long.");
        writer.WriteStringValue(text[..length]);
    }
}

/// <inheritdoc cref="Int128Text"/>
internal sealed class SequenceNumberText : JsonConverter<SequenceNumber>
{
    public override SequenceNumber Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
        => SequenceNumber.Parse(reader.GetString() ?? "");

    public override void Write(Utf8JsonWriter writer, SequenceNumber value, JsonSerializerOptions options) => Write(writer, value);

    public static void Write(Utf8JsonWriter writer, SequenceNumber value)
    {
        Span<byte> text = stackalloc byte[SequenceNumber.MaxDigits];
        writer.WriteStringValue(text[..value.Format(text)]);
    }
}
