using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Streaming.Tests.TestKit.Aws;

/// <summary>Bodies of AWS's JSON 1.1 protocol.</summary>
internal static class AwsJson
{
    public const string ContentType = "application/x-amz-json-1.1";

    public static async Task<JsonObject> ReadAsync(HttpContext context)
        => await JsonSerializer.DeserializeAsync<JsonObject>(context.Request.Body, cancellationToken: context.RequestAborted) ?? [];

    public static Task WriteAsync(HttpContext context, JsonObject answer, int status = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = ContentType;
        return context.Response.WriteAsync(answer.ToJsonString(), context.RequestAborted);
    }

    public static Task ErrorAsync(HttpContext context, int status, string type, string message)
        => WriteAsync(context, new JsonObject { ["__type"] = type, ["message"] = message }, status);
}
