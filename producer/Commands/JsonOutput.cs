using System.Text.Encodings.Web;
using System.Text.Json;

namespace Streaming.Producer.Commands;

/// <summary>Results on stdout, one object on one line.</summary>
internal static class JsonOutput
{
    // Names and reasons are shown as they are: the output is no part of a web page.
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of<T>(T value) => JsonSerializer.Serialize(value, Options);
}
