using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Streaming.Shared.Streams;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.Progress;

/// <summary>
/// A sum as numbers that add up to it exactly: the nearest double, then what is left of it, until nothing is. A checkpoint up to version 3 has it
/// as one text, the decimal digits of a sum of prices that were rounded to 1e-12: the nearest double of it is the best that is known.
/// </summary>
/// <param name="textScale">What follows the digits of such a text.</param>
internal abstract class ExactSumNumbers(string textScale) : JsonConverter<ExactSum>
{
    public override ExactSum Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        var sum = new ExactSum();
        if (reader.TokenType == JsonTokenType.String) sum.Add(double.Parse(reader.GetString() + textScale, CultureInfo.InvariantCulture));
        else if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("A sum is an array of numbers.");
        else
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) sum.Add(reader.GetDouble());
        return sum;
    }

    public override void Write(Utf8JsonWriter writer, ExactSum value, JsonSerializerOptions options) => Write(writer, value);

    public static void Write(Utf8JsonWriter writer, ExactSum value)
    {
        Span<byte> text = stackalloc byte[RoundTripText.MaxBytes];
        writer.WriteStartArray();
        while (value != default)
        {
            double term = value.ToDouble();
            writer.WriteRawValue(text[..RoundTripText.Write(term, text)], skipInputValidation: true);
            value.Add(-term);
        }

        writer.WriteEndArray();
    }
}

internal sealed class CloseSumNumbers() : ExactSumNumbers("E-12");

internal sealed class VolumeSumNumbers() : ExactSumNumbers("");

/// <summary>A sequence number as text, because JSON readers elsewhere lose digits of such integers.</summary>
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
