using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Streaming.Shared.Hosting;

/// <summary>One log event as one line of JSON: <c>time</c> (UTC), <c>level</c>, <c>category</c>, <c>message</c>, and what else is known.</summary>
public static class LogLine
{
    /// <summary>UTC, as <see cref="DateTimeOffset.ToString(string)"/> takes it.</summary>
    public const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    // The text is read in logs and is no part of a web page.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="eventId">0 for an event without one.</param>
    /// <param name="state">Values that the message was made of.</param>
    public static string Of(
        DateTimeOffset time, string level, string category, string message, int eventId = 0,
        IEnumerable<KeyValuePair<string, object?>>? state = null, Exception? error = null)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            json.WriteStartObject();
            json.WriteString("time", Text(time));
            json.WriteString("level", level);
            json.WriteString("category", category);
            if (eventId != 0) json.WriteNumber("event", eventId);
            json.WriteString("message", message);
            if (state?.ToArray() is { Length: > 0 } values)
            {
                json.WriteStartObject("state");
                foreach ((string name, object? value) in values) Write(json, name, value);
                json.WriteEndObject();
            }

            if (error is not null) json.WriteString("exception", error.ToString());
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    private static void Write(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null: json.WriteNull(name); break;
            case bool truth: json.WriteBoolean(name, truth); break;
            case int number: json.WriteNumber(name, number); break;
            case long number: json.WriteNumber(name, number); break;
            case double number when double.IsFinite(number): json.WriteNumber(name, number); break;
            default: json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture)); break;
        }
    }
}
