using PPYolo.Align.Json;
using PPYolo.Train.Options;

namespace PPYolo.Tests.Golden;

/// <summary>Each configuration with every default filled in.</summary>
public class Configurations
{
    public static TheoryData<string> Configs => [.. TrainOptionsFile.Names];

    [Theory]
    [MemberData(nameof(Configs))]
    public Task AfterDefaults(string config) => Verify(StrictJson.Text(TrainOptionsFile.Read(config, []))).UseParameters(config);
}
