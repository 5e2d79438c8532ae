using PPYolo.Model;
using PPYolo.Model.State;
using PPYolo.Train.Optimization;
using PPYolo.Train.Options;

namespace PPYolo.Tests.Golden;

/// <summary>Every entry of each configuration's network: key, shape, type, and the optimizer group that trains it.</summary>
public class ModelListings
{
    public static TheoryData<string> Configs => [.. TrainOptionsFile.Names];

    [Theory]
    [MemberData(nameof(Configs))]
    public Task Listing(string config)
    {
        using var network = new PPYoloNetwork(TrainOptionsFile.Read(config, []).ToNetwork());
        var lines = StateEntries
            .Of(network)
            .Select(entry =>
                string.Join(
                    '\t',
                    entry.Key,
                    entry.Value.shape.Length == 0 ? "scalar" : string.Join('x', entry.Value.shape),
                    entry.Value.dtype.ToString().ToLowerInvariant(),
                    entry.IsTrainable ? ParameterGroup.NameFor(entry)
                        : entry.IsParameter ? "frozen"
                        : "buffer"
                )
            );
        return Verify(string.Join('\n', lines)).UseParameters(config);
    }
}
