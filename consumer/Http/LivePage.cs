using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Streaming.Consumer.Flushing;
using Streaming.Consumer.Live;
using Streaming.Shared.Hosting;
using Streaming.Shared.Objects;

namespace Streaming.Consumer.Http;

/// <summary>
/// Owns: the routes of the live page: its files, which are part of the program, its events, and the rows of one ticker. Does not own: what is shown.
/// </summary>
public sealed class LivePage(LiveView view, CancellationToken stopping)
{
    private const string Folder = "Page.";
    private const int MaxMinutes = 24 * 60;
    private const int DefaultMinutes = 120;

    /// <param name="view">Of the page; null for no page. Stays the caller's.</param>
    public static OperationsPages Pages(ConsumerService service, LiveView? view, TimeProvider time)
        => new(() => Readiness.Answer(service, time), view is null ? null : (routes, stopping) => new LivePage(view, stopping).Map(routes)) { Title = view is null ? null : "the live page" };

    private void Map(IEndpointRouteBuilder routes)
    {
        foreach (string name in Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)))
        {
            string file = name[Folder.Length..];
            byte[] content = Content(name);
            string tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8))}\"";
            routes.MapGet(file == "index.html" ? "/" : "/" + file, context => FileAsync(context, file, content, tag));
        }

        routes.MapGet("/live/events", EventsAsync);
        routes.MapGet("/live/bars", BarsAsync);
    }

    private static byte[] Content(string resource)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    private static Task FileAsync(HttpContext context, string file, byte[] content, string tag)
    {
        HttpResponse response = context.Response;
        response.Headers.ETag = tag;
        // Asked for again each time, so that a newer program shows its own page; almost always answered by the tag alone.
        response.Headers.CacheControl = "no-cache";
        if (context.Request.Headers.IfNoneMatch == tag)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        response.ContentType = Path.GetExtension(file) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => "text/javascript; charset=utf-8",
        };
        response.ContentLength = content.Length;
        return response.Body.WriteAsync(content, context.RequestAborted).AsTask();
    }

    private async Task EventsAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            await foreach (ReadOnlyMemory<byte> message in view.Feed.WatchAsync(end.Token)) await context.Response.Body.WriteAsync(message, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The viewer has gone, or the server goes.
        }
    }

    private async Task BarsAsync(HttpContext context)
    {
        string ticker = context.Request.Query["ticker"].ToString();
        string minutesText = context.Request.Query["minutes"].ToString();
        int minutes = DefaultMinutes;
        if (ticker.Length == 0 || (minutesText.Length > 0 && !int.TryParse(minutesText, NumberStyles.None, CultureInfo.InvariantCulture, out minutes)) || minutes is < 1 or > MaxMinutes)
        {
            await FailAsync(context, StatusCodes.Status400BadRequest, $"ask for /live/bars?ticker=NAME, with &minutes= of 1 to {MaxMinutes}");
            return;
        }

        IReadOnlyList<LiveBar> bars;
        try
        {
            bars = await view.RowsAsync(ticker, minutes, context.RequestAborted);
        }
        catch (Exception failure) when (failure is StoreUnavailableException or ForeignObjectException)
        {
            await FailAsync(context, StatusCodes.Status503ServiceUnavailable, failure.Message);
            return;
        }

        if (bars.Count == 0) await FailAsync(context, StatusCodes.Status404NotFound, "there is no row of this ticker");
        else await AnswerAsync(context, json => Write(json, ticker, bars));
    }

    private static void Write(Utf8JsonWriter json, string ticker, IReadOnlyList<LiveBar> bars)
    {
        json.WriteString("ticker", ticker);
        json.WriteStartArray("bars");
        foreach (LiveBar bar in bars)
        {
            json.WriteStartArray();
            LiveMessage.Write(json, bar.Bar, bar.IsClosed);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static Task FailAsync(HttpContext context, int status, string problem)
    {
        context.Response.StatusCode = status;
        return AnswerAsync(context, json => json.WriteString("problem", problem));
    }

    private static async Task AnswerAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        await context.Response.Body.WriteAsync(body.GetBuffer().AsMemory(0, (int)body.Length), context.RequestAborted);
    }
}
