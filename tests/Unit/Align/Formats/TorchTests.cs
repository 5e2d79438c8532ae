using Xunit.Sdk;

namespace PPYolo.Tests.Unit.Align.Formats;

/// <summary>A program that fails in the Python beside these tests fails its test, and says why.</summary>
public sealed class TorchTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [SkippableTheory]
    [InlineData("print('begun'); 1 / 0", "*begun*ZeroDivisionError*but found 1*")]
    [InlineData("import sys; sys.exit('no such file')", "*no such file*but found 1*")]
    [InlineData("import sys; sys.exit(3)", "*but found 3*")]
    [InlineData("import os; os.kill(os.getpid(), 9)", "*but found -9*")]
    [InlineData("this is no program", "*SyntaxError*but found 1*")]
    public void What_fails_is_said(string program, string message)
    {
        Skip.IfNot(Torch.IsThere, "no Python with PyTorch here: apt-get install python3-torch, or name one in PPYOLO_PYTHON");

        FluentActions.Invoking(() => Torch.Run(folder.Path, program)).Should().Throw<XunitException>().WithMessage(message);
    }

    [SkippableFact]
    public void Each_program_has_its_own_folder_and_variables()
    {
        Torch.Run(folder.Path, "import torch; torch.seen = 1; open('first', 'w').close()");

        Torch.Run(folder.Path, "import os, torch; assert os.listdir('.') == ['first'] and not hasattr(torch, 'seen')");
    }

    public void Dispose() => folder.Dispose();
}
