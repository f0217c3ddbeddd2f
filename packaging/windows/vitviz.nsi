; Installer for Windows, from the folder that packaging/bundle.sh builds there:
;   python packaging/windows/build.py
; It defines VERSION, AUTHORS, BUNDLE (the folder), OUTPUT and SIZE_KB.

Unicode true
!ifndef VERSION
  !error "Run packaging/windows/build.py; it says which version this is."
!endif
!define NAME "vitviz"
!define PROGID "vitviz.session"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\${NAME}"
!define CAPABILITIES "Software\${NAME}\Capabilities"

Name "${NAME} ${VERSION}"
OutFile "${OUTPUT}"
; for one user, without an administrator
RequestExecutionLevel user
InstallDir "$LOCALAPPDATA\Programs\${NAME}"
InstallDirRegKey HKCU "Software\${NAME}" "InstallDir"
; fast rather than small: most of it is machine code
SetCompressor /FINAL zlib
ManifestDPIAware true

!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "x64.nsh"

!define MUI_ICON "${BUNDLE}\..\..\build\icons\vitviz.ico"
!define MUI_UNICON "${BUNDLE}\..\..\build\icons\vitviz.ico"
!define MUI_FINISHPAGE_RUN "$INSTDIR\vitviz-gui.exe"
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_LICENSE "${BUNDLE}\licenses\vitviz.txt"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "Japanese"

LangString RunningText ${LANG_ENGLISH} "vitviz is open. Close it, then choose Retry."
LangString RunningText ${LANG_JAPANESE} "vitviz が開いています。閉じてから「再試行」を選んでください。"
LangString SystemText ${LANG_ENGLISH} "vitviz needs 64-bit Windows."
LangString SystemText ${LANG_JAPANESE} "vitviz には 64 ビット版の Windows が必要です。"
LangString SessionText ${LANG_ENGLISH} "vitviz session"
LangString SessionText ${LANG_JAPANESE} "vitviz セッション"

; a program that runs keeps its file open
!macro WaitUntilClosed UN
Function ${UN}WaitUntilClosed
  again:
  IfFileExists "$INSTDIR\vitviz-gui.exe" 0 closed
    ClearErrors
    FileOpen $0 "$INSTDIR\vitviz-gui.exe" a
    IfErrors 0 free
      MessageBox MB_RETRYCANCEL|MB_ICONINFORMATION "$(RunningText)" /SD IDCANCEL IDRETRY again
      Abort
    free:
    FileClose $0
  closed:
FunctionEnd
!macroend
!insertmacro WaitUntilClosed ""
!insertmacro WaitUntilClosed "un."

Function .onInit
  ${IfNot} ${RunningX64}
    MessageBox MB_OK|MB_ICONSTOP "$(SystemText)" /SD IDOK
    Abort
  ${EndIf}
FunctionEnd

Section "vitviz"
  SectionIn RO
  Call WaitUntilClosed
  ; files of an earlier version that this one does not have
  RMDir /r "$INSTDIR\_internal"
  SetOutPath "$INSTDIR"
  File /r "${BUNDLE}\*.*"
  WriteUninstaller "$INSTDIR\uninstall.exe"

  CreateShortcut "$SMPROGRAMS\${NAME}.lnk" "$INSTDIR\vitviz-gui.exe"

  ; .vitviz opens with a double click
  WriteRegStr HKCU "Software\Classes\.vitviz" "" "${PROGID}"
  WriteRegStr HKCU "Software\Classes\.vitviz" "Content Type" "application/x-vitviz-session"
  WriteRegStr HKCU "Software\Classes\${PROGID}" "" "$(SessionText)"
  WriteRegStr HKCU "Software\Classes\${PROGID}\DefaultIcon" "" "$INSTDIR\vitviz-gui.exe,0"
  WriteRegStr HKCU "Software\Classes\${PROGID}\shell\open\command" "" '"$INSTDIR\vitviz-gui.exe" "%1"'

  ; pictures: offered under "Open with", nothing is taken from another program
  WriteRegStr HKCU "Software\Classes\Applications\vitviz-gui.exe" "FriendlyAppName" "${NAME}"
  WriteRegStr HKCU "Software\Classes\Applications\vitviz-gui.exe\shell\open\command" "" '"$INSTDIR\vitviz-gui.exe" "%1"'
  WriteRegStr HKCU "${CAPABILITIES}" "ApplicationName" "${NAME}"
  WriteRegStr HKCU "${CAPABILITIES}" "ApplicationDescription" "See where a Vision Transformer looks"
  WriteRegStr HKCU "${CAPABILITIES}\FileAssociations" ".vitviz" "${PROGID}"
  WriteRegStr HKCU "Software\RegisteredApplications" "${NAME}" "${CAPABILITIES}"
  !macro Picture ENDING
    WriteRegStr HKCU "Software\Classes\Applications\vitviz-gui.exe\SupportedTypes" ".${ENDING}" ""
  !macroend
  ; the endings, one "!insertmacro Picture" each, written by build.py
  !include "${PICTURES}"

  ; "vitviz" on the command line, through the user's App Paths
  WriteRegStr HKCU "Software\Microsoft\Windows\CurrentVersion\App Paths\vitviz.exe" "" "$INSTDIR\vitviz.exe"

  WriteRegStr HKCU "Software\${NAME}" "InstallDir" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "${NAME}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\vitviz-gui.exe"
  WriteRegStr HKCU "${UNINSTALL}" "Publisher" "${AUTHORS}"
  WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" ${SIZE_KB}
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
SectionEnd

; the user's settings, sessions and figures stay
Section "Uninstall"
  Call un.WaitUntilClosed
  RMDir /r "$INSTDIR\_internal"
  RMDir /r "$INSTDIR\licenses"
  Delete "$INSTDIR\vitviz.exe"
  Delete "$INSTDIR\vitviz-gui.exe"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\${NAME}.lnk"
  DeleteRegKey HKCU "Software\Classes\${PROGID}"
  DeleteRegKey HKCU "Software\Classes\Applications\vitviz-gui.exe"
  ReadRegStr $0 HKCU "Software\Classes\.vitviz" ""
  StrCmp $0 "${PROGID}" 0 +2
    DeleteRegKey HKCU "Software\Classes\.vitviz"
  DeleteRegValue HKCU "Software\RegisteredApplications" "${NAME}"
  DeleteRegKey HKCU "Software\Microsoft\Windows\CurrentVersion\App Paths\vitviz.exe"
  DeleteRegKey HKCU "${UNINSTALL}"
  DeleteRegKey HKCU "Software\${NAME}"
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
SectionEnd
