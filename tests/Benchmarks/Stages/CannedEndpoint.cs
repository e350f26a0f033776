using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Streaming.Tests.Benchmarks.Stages;

/// <summary>
/// An endpoint that reads whatever is posted and answers that all records were taken, at the same cost whoever asks. A process of
/// its own, so that its time and garbage are not counted as the client's.
/// </summary>
internal sealed class CannedEndpoint : IDisposable
{
    private readonly Process _process;
    private readonly HttpClient _http = new();

    private CannedEndpoint(Process process, string url) => (_process, Url) = (process, url);

    public string Url { get; }

    /// <summary>Processor time that the endpoint has used so far.</summary>
    public async Task<TimeSpan> CpuAsync()
        => TimeSpan.FromTicks(long.Parse(await _http.GetStringAsync(new Uri(Url)), CultureInfo.InvariantCulture));

    public static async Task<CannedEndpoint> StartAsync()
    {
        Process process = OwnProcess.Start("serve");
        string? url = await process.StandardOutput.ReadLineAsync();
        return new CannedEndpoint(process, url ?? throw new InvalidOperationException("The endpoint did not start."));
    }

    /// <summary>The child's side: serves until standard input ends, as it does when the parent is gone.</summary>
    public static async Task<int> ServeAsync()
    {
        byte[] answer = Answer(PutStage.RecordsPerRequest);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using WebApplication server = builder.Build();
        server.Run(context => HttpMethods.IsGet(context.Request.Method)
            ? context.Response.WriteAsync(Environment.CpuUsage.TotalTime.Ticks.ToString(CultureInfo.InvariantCulture))
            : AnswerAsync(context, answer));
        await server.StartAsync();
        Console.WriteLine(server.Urls.Single());
        await Console.In.ReadToEndAsync();
        return 0;
    }

    public void Dispose()
    {
        _http.Dispose();
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static async Task AnswerAsync(HttpContext context, byte[] answer)
    {
        while (true)
        {
            ReadResult read = await context.Request.BodyReader.ReadAsync(context.RequestAborted);
            context.Request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) break;
        }

        context.Response.ContentType = "application/x-amz-json-1.1";
        context.Response.ContentLength = answer.Length;
        await context.Response.Body.WriteAsync(answer, context.RequestAborted);
    }

    private static byte[] Answer(int records)
    {
        var text = new StringBuilder("{\"FailedRecordCount\":0,\"Records\":[");
        for (int i = 0; i < records; i++)
        {
            if (i > 0) text.Append(',');
            text.Append($"{{\"SequenceNumber\":\"49{i:D54}\",\"ShardId\":\"shardId-{i % 8:D12}\"}}");
        }

        return Encoding.ASCII.GetBytes(text.Append("]}").ToString());
    }
}
