using PPYolo.Tests.Unit.Align.Formats;

namespace PPYolo.Tests.Unit.Align.Watching;

/// <summary>The tests of python/ppyolo_record.py, in a Python that has PyTorch.</summary>
public class PythonRecorderTests
{
    [SkippableTheory]
    [InlineData("test_sketch")]
    [InlineData("test_watch")]
    [InlineData("test_ranks")]
    public void Pass(string name) =>
        Torch.RunAlone(Path.Combine(Fixtures.Root, "python", "tests"), $"import unittest; unittest.main('{name}', argv=['{name}'])");
}
