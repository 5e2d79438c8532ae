using System.Text.RegularExpressions;
using PPYolo.Train.Conversion;

namespace PPYolo.Tests.Unit.Train.Conversion;

public partial class PaddleNamesTests
{
    [Theory]
    [InlineData("backbone.conv1.conv1_1.norm._mean", "backbone.conv1.conv1_1.norm.running_mean")]
    [InlineData("backbone.res5.res5a.branch2b.norm._variance", "backbone.res5.res5a.branch2b.norm.running_var")]
    [InlineData("neck.yolo_block.0.conv_module.conv0.conv.conv.weight", "neck.yolo_block_0.conv_module.conv0.conv.conv.weight")]
    [InlineData("neck.yolo_transition.1.batch_norm._mean", "neck.yolo_transition_1.batch_norm.running_mean")]
    [InlineData("yolo_head.yolo_output.2.bias", "yolo_head.yolo_output_2.bias")]
    [InlineData("neck.fpn.0.conv_module.2.1.conv.weight", "neck.fpn_0.conv_module.2_1.conv.weight")]
    [InlineData("neck.pan.1.conv_module.0.0.batch_norm._variance", "neck.pan_1.conv_module.0_0.batch_norm.running_var")]
    [InlineData("neck.fpn_transition.0.conv.weight", "neck.fpn_transition_0.conv.weight")]
    public void Every_rule_is_applied(string paddle, string torch)
    {
        PaddleNames.TryMap(paddle, out var mapped).Should().BeTrue();

        mapped.Should().Be(torch);
    }

    [Fact]
    public void The_table_of_names_is_no_tensor() => PaddleNames.TryMap("StructuredToParameterName@@", out _).Should().BeFalse();

    [Theory]
    [InlineData("r18vd")]
    [InlineData("r50vd_trainable")]
    [InlineData("ppyolov2_r50vd")]
    public void The_names_of_whole_networks_come_out_as_the_reference_has_them(string network)
    {
        var names = File.ReadLines(Fixtures.PathOf("names", network + ".txt"))
            .Where(line => !line.StartsWith('#'))
            .Select(line => line.Split('\t')[0])
            .Where(name => !name.EndsWith("num_batches_tracked", StringComparison.Ordinal))
            .ToList();

        var mapped = names.Select(ToPaddle).Select(name => PaddleNames.TryMap(name, out var torch) ? torch : null).ToList();

        mapped.Should().Equal(names);
        names
            .Select(ToPaddle)
            .Count(name => !names.Contains(name))
            .Should()
            .BeGreaterThan(50, "the other direction must have done something");
    }

    /// <summary>The other direction, for tests: what is numbered by an underscore here is numbered by a dot in Paddle.</summary>
    internal static string ToPaddle(string name) =>
        Layer()
            .Replace(
                Numbered()
                    .Replace(name, "$1.$2")
                    .Replace("running_mean", "_mean", StringComparison.Ordinal)
                    .Replace("running_var", "_variance", StringComparison.Ordinal),
                ".$1.$2."
            );

    [GeneratedRegex(@"(yolo_block|yolo_transition|yolo_output|fpn_transition|pan_transition|\bfpn|\bpan)_(\d)")]
    private static partial Regex Numbered();

    [GeneratedRegex(@"\.(\d)_(\d)\.")]
    private static partial Regex Layer();
}
