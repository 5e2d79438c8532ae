using System.Reflection;
using VerifyTests;

namespace VerifyXunit;

/// <summary>Decides where the snapshots of a test lie and what they are called.</summary>
/// <param name="sourceFile">The source file of the call to Verify.</param>
/// <param name="projectDirectory">The directory of the test project, ending in a separator.</param>
/// <param name="type">The class of the test.</param>
/// <param name="method">The method of the test.</param>
public delegate PathInfo DerivePathInfo(string sourceFile, string projectDirectory, Type type, MethodInfo method);
