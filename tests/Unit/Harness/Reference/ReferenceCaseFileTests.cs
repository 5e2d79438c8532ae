using System.Text.Json.Nodes;
using PPYolo.Align;
using PPYolo.Harness.Reference;
using PPYolo.Model.Networks;
using PPYolo.Train.Optimization;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Unit.Harness.Reference;

public sealed class ReferenceCaseFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Cases =>
        [.. Directory.GetDirectories(Fixtures.PathOf("reference")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Reads_every_case_of_the_reference(string name)
    {
        var file = ReferenceCaseFile.Read(Fixtures.PathOf("reference", name));

        var network = file.Options.ToNetwork();
        (network.Classes, network.DropBlock, network.FreezeNorm).Should().Be((20, false, false));
        file.Options.ToRecipe().WarmupIterations.Should().Be(714);
    }

    [Fact]
    public void Turns_a_case_into_network_recipe_and_profile()
    {
        var file = ReferenceCaseFile.Read(Fixtures.PathOf("reference", "ppyolov2-r50vd"));

        file.Options.ToNetwork().Should().Be(NetworkPresets.V2R50Vd with { FreezeAt = 3, DropBlock = false });
        ReferenceCaseFile.ProfileOf(file).Should().Be(WeightProfile.Plain);
        var recipe = file.Options.ToRecipe();
        recipe
            .Should()
            .BeEquivalentTo(
                new
                {
                    LearningRatePerImage = 0.0004 / 8,
                    WarmupIterations = 714,
                    StartFactor = 0.5,
                    Milestones = new[] { 8568, 9996 },
                    Gamma = 0.1,
                    Momentum = 0.9,
                    WeightDecay = 5e-4,
                    ClipGradNorm = 35.0,
                    EmaDecay = 0.9998,
                    EmaDecayType = EmaDecayType.Threshold,
                }
            );
    }

    [Theory]
    [InlineData("format", "\"ppyolo-record\"", "'format' is \"ppyolo-reference\", found \"ppyolo-record\"")]
    [InlineData("version", "2", "'version' is 1 (a later version needs a later program), found 2")]
    [InlineData("network", "\"r50\"", "'network' is one of r18vd, r50vd, ppyolov2_r50vd, found \"r50\"; did you mean 'r50vd'?")]
    [InlineData("network", "\"r101vd\"", "'network' is one of r18vd, r50vd, ppyolov2_r50vd, found \"r101vd\"*")]
    [InlineData("initProfile", "\"Calm\"", "'initProfile' is one of plain, calm, found \"Calm\"; did you mean 'calm'?")]
    [InlineData("emaDecayType", "\"linear\"", "'emaDecayType' is one of threshold, exponential, normal, found \"linear\"*")]
    [InlineData("classes", "0", "'classes' is 1 to 10000, found 0")]
    [InlineData("classes", "10001", "'classes' is 1 to 10000, found 10001")]
    [InlineData("freezeAt", "-2", "'freezeAt' is -1 to 3, found -2")]
    [InlineData("freezeAt", "4", "'freezeAt' is -1 to 3, found 4")]
    [InlineData("dropBlock", "true", "'dropBlock' is false *, found true")]
    [InlineData("seed", "\"\"", "'seed' is a decimal number as text, found \"\"")]
    [InlineData("seed", "\"-1\"", "'seed' is a decimal number as text, found \"-1\"")]
    [InlineData("seed", "\"0x1\"", "'seed' is a decimal number as text, found \"0x1\"")]
    [InlineData("batch", "0", "'batch' is 1 to 1024, found 0")]
    [InlineData("batch", "1025", "'batch' is 1 to 1024, found 1025")]
    [InlineData("sizes", "[]", "'sizes' is multiples of 32 from 32 to 2048, found *")]
    [InlineData("sizes", "[96, 100]", "'sizes' is multiples of 32 from 32 to 2048, found \"96, 100\"")]
    [InlineData("sizes", "[0]", "'sizes' is multiples of 32 from 32 to 2048, found \"0\"")]
    [InlineData("sizes", "[2080]", "'sizes' is multiples of 32 from 32 to 2048, found \"2080\"")]
    [InlineData("iterations", "0", "'iterations' is 1 to 100000, found 0")]
    [InlineData("iterations", "100001", "'iterations' is 1 to 100000, found 100001")]
    [InlineData("warmupIterations", "-1", "'warmupIterations' is 0 or more, found -1")]
    [InlineData("learningRatePerImage", "-1e-9", "'learningRatePerImage' is 0 or more, found -1E-09")]
    [InlineData("startFactor", "-0.5", "'startFactor' is 0 to 1, found -0.5")]
    [InlineData("gamma", "-0.5", "'gamma' is 0 or more, found -0.5")]
    [InlineData("weightDecay", "-0.5", "'weightDecay' is 0 or more, found -0.5")]
    [InlineData("momentum", "-0.1", "'momentum' is at least 0 and less than 1, found -0.1")]
    [InlineData("momentum", "1", "'momentum' is at least 0 and less than 1, found 1")]
    [InlineData("emaDecay", "0", "'emaDecay' is between 0 and 1, found 0")]
    [InlineData("emaDecay", "1", "'emaDecay' is between 0 and 1, found 1")]
    [InlineData("clipGradNorm", "0", "'clipGradNorm' is null or positive, found 0")]
    [InlineData("clipGradNorm", "-35", "'clipGradNorm' is null or positive, found -35")]
    public void A_value_that_cannot_be_is_named(string key, string value, string message) =>
        Refused(key, value).Should().Match($"*case.json: {message}");

    [Theory]
    [InlineData("format")]
    [InlineData("network")]
    [InlineData("seed")]
    [InlineData("sizes")]
    [InlineData("milestones")]
    [InlineData("initProfile")]
    [InlineData("emaDecayType")]
    [InlineData("comparable")]
    [InlineData("batch")]
    public void A_value_that_is_null_is_named(string key) => Refused(key, "null").Should().Contain("case.json: ").And.Contain(key);

    [Theory]
    [InlineData(
        """{ "twoThreads": { "weightsMaxSumSquares": 0, "emaMaxSumSquares": 0, "totalLossRelative": [0, 0] } }""",
        "'noise.twoThreads.totalLossRelative' is 10 values, found 2"
    )]
    [InlineData("""{ "twoThreads": { "weightsMaxSumSquares": 0, "emaMaxSumSquares": 0 } }""", "*'totalLossRelative'*")]
    [InlineData("""{ "twoThreads": null }""", "*twoThreads*")]
    public void Noise_is_there_for_every_iteration(string value, string message) =>
        Refused("noise", value).Should().Match($"*case.json: {message}");

    [Theory]
    [InlineData("batches", "4", "unknown key 'batches'; did you mean 'batch'?")]
    [InlineData(
        "comparable",
        """{ "lossIterations": 9, "finalWeights": true, "movementAbove": 1e-9, "rates": 1 }""",
        "unknown key 'comparable.rates'*"
    )]
    [InlineData("batch", "\"4\"", "*batch*")]
    public void Its_json_is_read_strictly(string key, string value, string message) =>
        Refused(key, value).Should().Match($"*case.json: {message}");

    [Theory]
    [InlineData("seed")]
    [InlineData("clipGradNorm")]
    [InlineData("weightDecay")]
    [InlineData("comparable")]
    public void Every_key_must_be_there(string key)
    {
        var json = Valid();
        json.Remove(key);

        Refused(json).Should().Contain($"'{key}' is missing");
    }

    [Fact]
    public void Noise_may_be_absent()
    {
        var json = Valid();
        json.Remove("noise");
        File.WriteAllText(folder.File("case.json"), json.ToJsonString());

        ReferenceCaseFile.Read(folder.Path).Noise.Should().BeNull();
    }

    [Fact]
    public void A_folder_without_a_case_is_named()
    {
        var read = () => ReferenceCaseFile.Read(folder.Path);

        read.Should()
            .Throw<AlignException>()
            .WithMessage($"{folder.File("case.json")}: not found; a reference folder holds case.json and reference.npz");
    }

    public void Dispose() => folder.Dispose();

    private static JsonObject Valid() =>
        JsonNode.Parse(File.ReadAllText(Fixtures.PathOf("reference", "r18vd-96-calm", "case.json")))!.AsObject();

    private string Refused(string key, string value)
    {
        var json = Valid();
        json[key] = JsonNode.Parse(value);
        return Refused(json);
    }

    private string Refused(JsonObject json)
    {
        File.WriteAllText(folder.File("case.json"), json.ToJsonString());
        var read = () => ReferenceCaseFile.Read(folder.Path);

        return read.Should().Throw<AlignException>().Which.Message;
    }
}
