using System.Text.Json;
using Streaming.Shared.Streams;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.EndToEnd;

internal static class Records
{
    /// <summary>Every record of a stream, shard by shard, with the fields that tests ask for.</summary>
    public static async Task<List<(string Ticker, DateTimeOffset Time, byte[] Data)>> ReadAllAsync(IRecordStream stream)
    {
        var records = new List<(string, DateTimeOffset, byte[])>();
        foreach (Shard shard in await stream.ListShardsAsync(CancellationToken.None))
        {
            await using IShardReader reader = await stream.OpenReaderAsync(shard.Id, StreamPosition.TrimHorizon, CancellationToken.None);
            var limit = new TimeLimit("the shard's tip");
            RecordBatch batch;
            do
            {
                limit.Check();
                batch = await reader.ReadAsync(CancellationToken.None);
                for (int i = 0; i < batch.Count; i++)
                {
                    byte[] data = batch[i].Data.ToArray();
                    using JsonDocument json = JsonDocument.Parse(data);
                    records.Add((json.RootElement.GetProperty("ticker").GetString()!, json.RootElement.GetProperty("timestamp").GetDateTimeOffset(), data));
                }
            }
            while (batch.Count > 0 || batch.MillisBehindLatest > 0);
        }

        return records;
    }
}
