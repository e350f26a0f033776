using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Streaming.Producer.Archive;

namespace Streaming.Producer.Commands;

/// <summary>Results on stdout, one object on one line.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(FileInspection))]
[JsonSerializable(typeof(InspectionTotal))]
[JsonSerializable(typeof(LeftOutInspection))]
[JsonSerializable(typeof(ReplaySummary))]
[JsonSerializable(typeof(StreamView))]
internal sealed partial class JsonOutput : JsonSerializerContext
{
    // Names and reasons are shown as they are: the output is no part of a web page.
    private static readonly JsonOutput Shown = new(new JsonSerializerOptions(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public static string Of<T>(T value) => JsonSerializer.Serialize(value, (JsonTypeInfo<T>)Shown.GetTypeInfo(typeof(T))!);
}
