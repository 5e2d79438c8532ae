using System.Text.Json.Nodes;
using PPYolo.Align;
using PPYolo.Align.Golden;
using PPYolo.Align.Json;
using PPYolo.Align.Records;
using PPYolo.Harness.Reference;
using PPYolo.Train.Epochs;
using PPYolo.Train.Options;
using PPYolo.Train.Records;

namespace PPYolo.Tests.Unit.Train.Options;

/// <summary>What settings mean to files and hashes that are older than they.</summary>
public sealed class LaterSettingsTests
{
    private static readonly string[] Later = ["clipGradNorm", "warmupEpochs"];

    /// <summary>The settings, as if two had come later.</summary>
    private static readonly IReadOnlyList<Setting> Settings =
    [
        .. Setting.All.Where(setting => setting.Neutral is null && !Later.Contains(setting.Name)),
        As(nameof(TrainOptions.ClipGradNorm), new(Concern.Recipe) { Neutral = "null" }),
        As(nameof(TrainOptions.WarmupEpochs), new(Concern.Recipe) { Neutral = "0", InIterations = "WarmupIterations" }),
    ];

    /// <summary>Goldens of configurations: their hashes are of every setting that there was when they were made.</summary>
    [Theory]
    [InlineData("ppyolo_r18vd_scenes", "6c8a7df99abda4fc")]
    [InlineData("ppyolo_r18vd_voc2012", "ecd535df1ccbef07")]
    [InlineData("ppyolo_r50vd_aligngrad", "c4ec4d7b453d1023")]
    [InlineData("ppyolo_r50vd_voc2012", "bf83440ac8ee1592")]
    [InlineData("ppyolov2_r50vd_voc2012", "535cf036b09c4f3a")]
    public void Hashes_of_configurations_stay(string config, string hash) =>
        Hash(LaterSettings.HashedText(TrainOptionsFile.Read(config, ["batch=2", "sizes=[64,96]"]))).Should().Be(hash);

    [Theory]
    [InlineData("ppyolov2-r50vd", "919dc164fb628fae")]
    [InlineData("r18vd-96-calm-decay", "af75efc78bed2f7c")]
    [InlineData("r18vd-96-calm", "96fbabb5247b023c")]
    [InlineData("r18vd-96", "15bfb642dddb68a3")]
    [InlineData("r50vd-aligngrad-calm", "95aeaec650aeca79")]
    [InlineData("r50vd-aligngrad-small", "8ccbe373b9b7922d")]
    [InlineData("r50vd-trainable-96", "ce3cff95d79afe0e")]
    [InlineData("r50vd-trainable-calm-decay", "8d5af434c68c9b5d")]
    [InlineData("r50vd-trainable-calm", "041b03c554c028f8")]
    public void Hashes_of_references_stay(string name, string hash) =>
        Hash(LaterSettings.HashedText(ReferenceCaseFile.Read(Fixtures.PathOf("reference", name)) with { Noise = null })).Should().Be(hash);

    [Fact]
    public void Only_what_is_not_neutral_is_hashed()
    {
        var options = new TrainOptions { WarmupEpochs = 0 };
        var all = JsonNode.Parse(StrictJson.Text(options))!.AsObject();

        Members(LaterSettings.HashedText(options, Settings)).Should().Equal(all.Select(member => member.Key).Except(Later));
        Members(LaterSettings.HashedText(options with { WarmupEpochs = 1, ClipGradNorm = 35 }, Settings))
            .Should()
            .Equal(all.Select(member => member.Key));
        Members(LaterSettings.HashedText(Case(options), Settings)).Should().NotContain(["clipGradNorm", "warmupIterations"]);
        Members(LaterSettings.HashedText(Case(options with { WarmupEpochs = 1, ClipGradNorm = 35 }), Settings))
            .Should()
            .Contain(["clipGradNorm", "warmupIterations"]);
    }

    [Fact]
    public void A_record_that_lacks_a_later_setting_means_its_neutral_value_and_says_so()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File(CaseHead.FileName);
        var members = JsonNode.Parse(StrictJson.Text(Case(new() { ClipGradNorm = 35, Momentum = 0.5 })))!.AsObject();
        members.Remove("clipGradNorm");
        members.Remove("warmupIterations");
        File.WriteAllText(path, members.ToJsonString());

        var read = CaseFile.Read<RecordCase>(path, Settings);

        (read.Options.ClipGradNorm, read.Options.WarmupEpochs, read.Options.Momentum).Should().Be((null, 0, 0.5));
        read.Notes.Should()
            .Equal(
                $"{path} has no 'clipGradNorm', which came later: it is taken as null, as programs before it did",
                $"{path} has no 'warmupIterations', which came later: it is taken as 0, as programs before it did"
            );
        FluentActions.Invoking(() => CaseFile.Read<RecordCase>(path)).Should().Throw<AlignException>("every record has them");
    }

    [Fact]
    public void A_run_that_lacks_a_later_setting_means_its_neutral_value_and_says_so()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File(RunSettings.FileName);
        new RunSettings
        {
            Options = new() { ClipGradNorm = 35 },
            Data = "generator:1",
            Seed = "1",
            Init = "generator:1",
            Ranks = 1,
            Threads = 1,
        }.Write(folder.Path);
        var members = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        members["options"]!.AsObject().Remove("warmupEpochs");
        File.WriteAllText(path, members.ToJsonString());

        var read = RunSettings.Read(folder.Path, Settings);

        (read.Options.ClipGradNorm, read.Options.WarmupEpochs).Should().Be((35, 0));
        read.Notes.Should().Equal($"{path} has no 'warmupEpochs', which came later: it is taken as 0, as programs before it did");
    }

    private static RecordCase Case(TrainOptions options) => RecordCase.Of(options, "1", "plain", 1, ranks: 1, "000.npz", "0");

    private static Setting As(string property, SettingAttribute declaration) =>
        new(typeof(TrainOptions).GetProperty(property)!, declaration);

    private static IEnumerable<string> Members(string text) => JsonNode.Parse(text)!.AsObject().Select(member => member.Key);

    private static string Hash(string text) => GoldenEnvironment.Current(text, threads: 1).Config;
}
