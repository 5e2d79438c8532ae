using PPYolo.Train.Optimization;

namespace PPYolo.Tests.Unit.Train.Optimization;

public sealed class ParameterGroupTests
{
    [Theory]
    [InlineData("backbone.res2.res2a.branch2a.norm.weight", "no_L2")]
    [InlineData("neck.yolo_block_0.tip.conv.batch_norm.bias", "no_L2")]
    [InlineData("yolo_head.yolo_output_0.bias", "no_L2")]
    [InlineData("yolo_head.yolo_output_0.weight", "use_L2")]
    [InlineData("backbone.res5.res5a.branch2b.conv_offset.weight", "use_L2")]
    [InlineData("backbone.res5.res5a.branch2b.conv_offset.bias", "use_L2")]
    [InlineData("backbone.conv1.conv1_1.conv.weight", "use_L2")]
    public void Is_decided_by_the_key(string key, string group) => ParameterGroup.NameFor(key).Should().Be(group);
}
