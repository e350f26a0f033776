using System.CommandLine;
using Streaming.Consumer.Catalog;
using Streaming.Consumer.Flushing;
using Streaming.Shared.Aws;
using Streaming.Shared.CommandLine;
using Streaming.Shared.Objects;

namespace Streaming.Consumer.Commands;

/// <summary><c>consumer lake</c>, and its <c>sync-partitions</c>: brings into the catalog what stands in the lake.</summary>
internal static class LakeCommand
{
    public static Command Create(CommandContext context)
    {
        ValueOption<string> lake = OptionValues.Address("--lake", "lake: s3://bucket/prefix", new ConsumerOptions().Lake);
        var aws = new AwsOptions();
        var sync = new Command("sync-partitions", "Registers every partition of the lake in the Glue catalog, so that Athena sees it.") { lake };
        aws.AddTo(sync);
        sync.SetAction((parsed, cancellation) => SyncAsync(context.Error, lake.Read(parsed)!, aws.Read(parsed), cancellation));
        return new Command("lake", "Lake maintenance.") { sync, RepairCommand.Create(context) };
    }

    private static async Task<int> SyncAsync(TextWriter error, string address, AwsSettings settings, CancellationToken cancellation)
    {
        (AwsJsonClient aws, GlueTable table) = CatalogRun.Open(address, settings, TimeProvider.System);
        using (aws)
        {
            IObjectStore lake = ObjectStores.Open(address, TimeProvider.System, settings);
            await error.WriteLineAsync($"consumer: lake {address} -> Glue table {GlueTable.Database}.{GlueTable.Table}");
            var sync = new PartitionSync(lake, table);
            await sync.RunAsync(cancellation);
            await error.WriteLineAsync($"consumer: {sync.FoundCount} partitions, {sync.NewCount} of them new, {sync.Refused.Count} refused");
            foreach ((Partition partition, string reason) in sync.Refused)
                await error.WriteLineAsync($"refused: {LakeLayout.Bars(partition.Ticker, partition.TradeDate)}: {reason}");
            return sync.Refused.Count == 0 ? ExitCode.Done : ExitCode.Failed;
        }
    }
}
