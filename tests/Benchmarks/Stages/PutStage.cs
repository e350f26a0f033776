using System.Net.Http.Headers;
using Amazon.Runtime;
using Streaming.Shared.Aws;
using Streaming.Shared.Streams;
using Streaming.Shared.Streams.Kinesis;
using Streaming.Tests.Benchmarks.Data;
using Streaming.Tests.Benchmarks.Measuring;
using Streaming.Tests.TestKit.Aws;

namespace Streaming.Tests.Benchmarks.Stages;

/// <summary>
/// Batches through <see cref="KinesisStream"/> (encode, hash, sign, send, read the answer) against posting the same bytes, made
/// before, with a bare <see cref="HttpClient"/> that reads the answer into a buffer used again.
/// </summary>
internal sealed class PutStage : IStage
{
    public const int RecordsPerRequest = PutBatch.MaxRecords;

    private const int RequestsPerRound = 400;
    private const string StreamName = "stock_stream";

    public string Name => "put";

    public async Task<IReadOnlyList<Row>> MeasureAsync()
    {
        using CannedEndpoint endpoint = await CannedEndpoint.StartAsync();
        var settings = new AwsSettings
        {
            EndpointUrl = endpoint.Url,
            Region = "us-east-1",
            Credentials = new SessionAWSCredentials(FakeAws.AccessKey, FakeAws.SecretKey, FakeAws.SessionToken),
        };
        await using var stream = new KinesisStream(KinesisStream.Scheme + StreamName, settings, TimeProvider.System, new Random(1));
        using var http = new HttpClient();
        PutBatch batch = Batch();
        var request = new PutRecordsRequest(StreamName);
        request.Write(batch);

        const long records = (long)RequestsPerRound * RecordsPerRequest;
        Rounds rounds = await Rounds.RunAsync(
            new Side(records, () => PutAsync(stream, batch), endpoint.CpuAsync),
            new Side(records, () => PostAsync(http, new Uri(endpoint.Url), request.Body), endpoint.CpuAsync));

        string ours = $"PutRecords, {RecordsPerRequest} x {batch.Bytes / RecordsPerRequest} bytes with key";
        return
        [
            new Row(ours, "bare HttpClient, CPU of client and endpoint", "x", rounds.Ratio(cost => cost.TotalCpuNanos), new Target(2.2, 1.5)),
            new Row(ours, "bare HttpClient, elapsed", "x", rounds.Ratio(cost => cost.WallNanos)),
            new Row(ours, "elapsed, one request at a time", "ns/record", rounds.Ours(cost => cost.WallNanos)),
            new Row(ours, "CPU of the client alone", "ns/record", rounds.Ours(cost => cost.CpuNanos)),
            new Row("  the bare HttpClient", "the same", "ns/record", rounds.Theirs(cost => cost.CpuNanos)),
            new Row(ours, "garbage, HttpClient's included", "B/record", rounds.Ours(cost => cost.AllocatedBytes), new Target(32)),
            new Row("  the bare HttpClient", "the same", "B/record", rounds.Theirs(cost => cost.AllocatedBytes)),
        ];
    }

    private static PutBatch Batch()
    {
        var ticks = new TickRecords(tickers: 500, RecordsPerRequest, TimeSpan.FromSeconds(1));
        var batch = new PutBatch();
        for (int i = 0; i < RecordsPerRequest; i++)
        {
            ticks.MoveNext();
            batch.Add(ticks.Key, ticks.Record);
        }

        return batch;
    }

    private static async Task PutAsync(KinesisStream stream, PutBatch batch)
    {
        for (int i = 0; i < RequestsPerRound; i++)
        {
            PutReply reply = await stream.PutAsync(batch, CancellationToken.None);
            if (reply.Refused.Count > 0) throw new InvalidOperationException("Records were refused.");
        }
    }

    private static async Task PostAsync(HttpClient http, Uri url, ReadOnlyMemory<byte> body)
    {
        byte[] answer = new byte[128 * 1024];
        for (int i = 0; i < RequestsPerRound; i++)
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ReadOnlyMemoryContent(body) };
            message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
            using HttpResponseMessage response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead);
            response.EnsureSuccessStatusCode();
            await using Stream content = await response.Content.ReadAsStreamAsync();
            int length = await content.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false);
            if (length == 0) throw new InvalidOperationException("The endpoint answered nothing.");
        }
    }
}
